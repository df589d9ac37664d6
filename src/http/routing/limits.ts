import type { Request, Response } from 'express';
import { networkOf } from '../../lib/client-address';
import { TooManyRequestsError } from '../../problems/errors';
import type { Config } from '../../config';
import type { RateLimiter, RateLimiters } from '../../infra/rate-limiter';
import type { Principal } from '../../people/principal';
import type { Route } from './route';

export type Limit = ReturnType<typeof createLimit>;

type LimitConfig = Pick<Config, 'rateLimit' | 'signUpLimit' | 'uploadLimit'>;

/**
 * Counts requests by the user of a valid token, else by address. Every counted answer, refused or not, reports the state
 * of the limit (draft-ietf-httpapi-ratelimit-headers). A limit of 0 is disabled.
 */
export function createLimit(
  { rateLimit, signUpLimit, uploadLimit }: LimitConfig,
  rateLimiter: RateLimiters,
  isExempt: (address: string) => boolean,
) {
  const limiterOf = (name: string, points: number, seconds: number) =>
    points > 0 ? rateLimiter({ name, points, seconds, remembersRefused: true }) : undefined;
  /** Limits all routes together. */
  const common = limiterOf('default', rateLimit, 60);
  /** Also limits, by address, requests that reveal whether an e-mail address or a user name is taken. */
  const signUp = limiterOf('signup', signUpLimit, 3_600);
  /** Also limits uploads, by user. */
  const upload = limiterOf('upload', uploadLimit, 3_600);
  type Key = [RateLimiter | undefined, string];

  async function count(counted: Key[], request: Request, response: Response): Promise<void> {
    const limiters = counted.filter((one): one is [RateLimiter, string] => one[0] !== undefined);
    if (limiters.length === 0 || isExempt(request.address)) return;
    // Sent together, in one round trip.
    const counts = await Promise.all(
      limiters.map(async ([limiter, key]) => ({
        ...(await limiter.count(key)),
        policy: limiter.policy,
        limiter,
      })),
    );
    addTo(response, 'RateLimit-Policy', counts, ({ points, seconds }) => `q=${points};w=${seconds}`);
    addTo(response, 'RateLimit', counts, (_policy, { left, seconds }) => `r=${left};t=${seconds}`);
    const [longest] = counts.filter(({ isOver }) => isOver).sort((a, b) => b.seconds - a.seconds);
    if (!longest) return;
    const { policy, seconds, limiter } = longest;
    limiter.refused();
    throw new TooManyRequestsError(
      `Rate limit exceeded (${policy.points} requests per ${policy.seconds} seconds). Try again in ${seconds} seconds.`,
      seconds,
    );
  }

  return {
    /** Counts the request before its body is read. */
    async request(
      route: Pick<Route, 'limit' | 'limitedIf'>,
      user: Principal | undefined,
      request: Request,
      response: Response,
    ): Promise<void> {
      if (route.limit === 'none') return;
      const network = networkOf(request.address);
      const counted: Key[] = [[common, user ? `user:${user.id}` : `address:${network}`]];
      if (route.limit === 'signup' && !route.limitedIf) counted.push([signUp, network]);
      if (route.limit === 'upload' && user) counted.push([upload, user.id]);
      await count(counted, request, response);
    },

    /** Counts the request after its body is read, for routes with `limitedIf`. */
    async body(
      route: Pick<Route, 'limit' | 'limitedIf'>,
      body: unknown,
      request: Request,
      response: Response,
    ): Promise<void> {
      if (route.limit !== 'signup' || !route.limitedIf?.(body)) return;
      await count([[signUp, networkOf(request.address)]], request, response);
    },
  };
}

type Counted = Awaited<ReturnType<RateLimiter['count']>> & Pick<RateLimiter, 'policy'>;

/** Appends a member for each count to the header. */
function addTo(
  response: Response,
  header: string,
  counts: Counted[],
  parameters: (policy: RateLimiter['policy'], count: Counted) => string,
): void {
  const earlier = response.get(header);
  const members = counts.map((count) => `"${count.policy.name}";${parameters(count.policy, count)}`);
  response.set(header, [...(earlier ? [earlier] : []), ...members].join(', '));
}
