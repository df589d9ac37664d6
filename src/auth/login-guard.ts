import { isLoopback, networkOf } from '../client-address';
import { TooManyRequestsError } from '../errors';
import { createTurns } from '../infra/in-turn';
import type { Count, Policy, RateLimiter } from '../infra/rate-limiter';

export type LoginGuard = ReturnType<typeof createLoginGuard>;

interface LoginGuardOptions {
  rateLimiter: (policy: Policy) => RateLimiter;
  /** Wrong passwords for one account from one address in a quarter of an hour; the other limits follow from it. */
  attempts: number;
  exemptLoopback: boolean;
}

interface Attempt {
  /** A digest of the name that was given, of one that is there as of one that isn't. */
  account: string;
  address: string;
}

/**
 * Limits guessing, and leaves the owner a way in. An account with many failures from everywhere isn't locked:
 * each address then has one try for it. So who knows the password gets in from any address that hasn't failed,
 * and a guesser has one guess for each address they own.
 */
export function createLoginGuard({ rateLimiter, attempts, exemptLoopback }: LoginGuardOptions) {
  const pairs = rateLimiter({ name: 'login', points: attempts, seconds: 15 * 60 });
  const accounts = rateLimiter({ name: 'login-account', points: 10 * attempts, seconds: 3_600 });
  const addresses = rateLimiter({ name: 'login-address', points: 20 * attempts, seconds: 3_600 });
  // Right log-ins sent together would count as failures of each other.
  const inTurn = createTurns();

  /** Counts before anything is compared, so that guesses sent at once don't pass together. */
  async function admit({ account, address }: Attempt, pair: string): Promise<() => Promise<unknown>> {
    const counted: [RateLimiter, string][] = [];
    const takeBack = () => Promise.all(counted.map(([limiter, key]) => limiter.takeBack(key)));
    async function count(limiter: RateLimiter, key: string): Promise<Count> {
      counted.push([limiter, key]);
      return limiter.count(key);
    }
    async function refuse(limiter: RateLimiter, { seconds }: Count): Promise<never> {
      limiter.refused();
      // Nothing was compared: only the pair keeps the count, which is over its limit anyhow.
      await takeBack();
      throw new TooManyRequestsError(
        `Too many log-ins have failed: for ${seconds} seconds even the right password is refused from here.`,
        seconds,
      );
    }

    if (!(exemptLoopback && isLoopback(address))) {
      const ofAddress = await count(addresses, networkOf(address));
      if (ofAddress.isOver) await refuse(addresses, ofAddress);
    }
    const ofPair = await pairs.count(pair);
    if (ofPair.isOver) await refuse(pairs, ofPair);
    const ofAccount = await count(accounts, account);
    if (ofAccount.isOver && ofPair.used > 1) await refuse(accounts, ofPair);
    return takeBack;
  }

  return {
    /** @returns what `compare` tells: a success clears what was counted, and an error counts for nothing */
    async attempt(who: Attempt, compare: () => Promise<boolean>): Promise<boolean> {
      const pair = `${who.account} ${networkOf(who.address)}`;
      return inTurn(pair, async () => {
        const takeBack = await admit(who, pair);
        try {
          const matches = await compare();
          if (matches) await Promise.all([takeBack(), pairs.forget(pair)]);
          return matches;
        } catch (error) {
          await Promise.all([takeBack(), pairs.takeBack(pair)]);
          throw error;
        }
      });
    },
  };
}
