import type { Request, Response } from 'express';
import { isLoopback, networkOf } from '../client-address';
import { TooManyRequestsError } from '../errors';
import type { RateLimiter } from '../infra/rate-limiter';
import type { Principal } from '../principal';
import type { Route } from './route';

interface LimitsOptions {
  /** Of all routes together; undefined where it is turned off. */
  common: RateLimiter | undefined;
  /** Of sign-up, in addition. */
  signUp: RateLimiter | undefined;
  exemptLoopback: boolean;
}

export type Limit = ReturnType<typeof createLimit>;

/**
 * Counts a request for who sends it: the user of a token that holds, else the address. Every counted answer
 * tells how far it is (draft-ietf-httpapi-ratelimit-headers), refused or not.
 */
export function createLimit({ common, signUp, exemptLoopback }: LimitsOptions) {
  return async function limit(
    route: Pick<Route, 'limit'>,
    user: Principal | undefined,
    request: Request,
    response: Response,
  ): Promise<void> {
    const { address } = request;
    if (route.limit === 'none' || (exemptLoopback && isLoopback(address))) return;
    const network = networkOf(address);
    const counted: [RateLimiter, string][] = [];
    if (common) counted.push([common, user ? `user:${user.id}` : `address:${network}`]);
    if (signUp && route.limit === 'signup') counted.push([signUp, network]);
    if (counted.length === 0) return;

    // Sent together: one round trip.
    const counts = await Promise.all(
      counted.map(async ([limiter, key]) => ({
        ...(await limiter.count(key)),
        policy: limiter.policy,
        limiter,
      })),
    );
    response.set({
      'RateLimit-Policy': counts
        .map(({ policy }) => `"${policy.name}";q=${policy.points};w=${policy.seconds}`)
        .join(', '),
      RateLimit: counts
        .map(({ policy, left, seconds }) => `"${policy.name}";r=${left};t=${seconds}`)
        .join(', '),
    });
    const [longest] = counts.filter(({ isOver }) => isOver).sort((a, b) => b.seconds - a.seconds);
    if (!longest) return;
    const { policy, seconds, limiter } = longest;
    limiter.refused();
    throw new TooManyRequestsError(
      `At most ${policy.points} in ${policy.seconds} seconds are taken from you; try again in ${seconds} seconds.`,
      seconds,
    );
  };
}
