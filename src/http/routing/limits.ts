import type { Request, Response } from 'express';
import { isLoopback, networkOf } from '../../lib/client-address';
import { TooManyRequestsError } from '../../problems/errors';
import type { RateLimiter } from '../../infra/rate-limiter';
import type { Principal } from '../../people/principal';
import type { Route } from './route';

interface LimitsOptions {
  /** Limits all routes together; undefined if disabled. */
  common: RateLimiter | undefined;
  /** Also limits, by address, requests that reveal whether an e-mail address or a user name is taken. */
  signUp: RateLimiter | undefined;
  /** Also limits uploads, by user. */
  upload: RateLimiter | undefined;
  exemptLoopback: boolean;
}

export type Limit = ReturnType<typeof createLimit>;

/**
 * Counts requests by the user of a valid token, else by address. Every counted answer, refused or not, reports the state
 * of the limit (draft-ietf-httpapi-ratelimit-headers).
 */
export function createLimit({ common, signUp, upload, exemptLoopback }: LimitsOptions) {
  type Key = [RateLimiter | undefined, string];

  async function count(counted: Key[], request: Request, response: Response): Promise<void> {
    const limiters = counted.filter((one): one is [RateLimiter, string] => one[0] !== undefined);
    if (limiters.length === 0 || (exemptLoopback && isLoopback(request.address))) return;
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
