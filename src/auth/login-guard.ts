import { isLoopback, networkOf } from '../lib/client-address';
import { TooManyRequestsError } from '../problems/errors';
import { createTurns } from '../admission/turns';
import type { Count, Policy, RateLimiter } from '../infra/rate-limiter';

export type LoginGuard = ReturnType<typeof createLoginGuard>;

interface LoginGuardOptions {
  rateLimiter: (policy: Policy) => RateLimiter;
  /** Wrong passwords for one account from one address in a quarter of an hour; the other limits follow from it. */
  attempts: number;
  exemptLoopback: boolean;
  /** How long a token holds: a refusal says so to clients that log in for each request. */
  tokenSeconds: number;
}

interface Attempt {
  /** A digest of the name that was given, of one that is there as of one that isn't. */
  account: string;
  address: string;
  /** Throws if the client has waited too long for its turn. */
  requireTime: () => void;
}

const WINDOW_SECONDS = 15 * 60;
/** A person logs in a few times a day; more than so many in a quarter of an hour is a program. */
const RIGHT_LOG_INS = 30;

/**
 * Limits guessing, and leaves the owner a way in. An account with many failures from everywhere isn't locked:
 * each address then has one try for it. So who knows the password gets in from any address that hasn't failed,
 * and a guesser has one guess for each address they own.
 * Right log-ins are limited too, since each costs a hash: by account and network, so that only a client that knows the
 * password can use the limit up, and the owner gets in from every other network meanwhile.
 */
export function createLoginGuard({ rateLimiter, attempts, exemptLoopback, tokenSeconds }: LoginGuardOptions) {
  const pairs = rateLimiter({ name: 'login', points: attempts, seconds: WINDOW_SECONDS });
  const right = rateLimiter({
    name: 'login-right',
    points: Math.max(RIGHT_LOG_INS, 6 * attempts),
    seconds: WINDOW_SECONDS,
  });
  const isExempt = (address: string) => exemptLoopback && isLoopback(address);
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

    if (!isExempt(address)) {
      const ofAddress = await count(addresses, networkOf(address));
      if (ofAddress.isOver) await refuse(addresses, ofAddress);
    }
    const ofPair = await pairs.count(pair);
    if (ofPair.isOver) await refuse(pairs, ofPair);
    const ofAccount = await count(accounts, account);
    if (ofAccount.isOver && ofPair.used > 1) await refuse(accounts, ofPair);
    return takeBack;
  }

  /** Counts a log-in as right before it is known to be, so that a program is refused before anything is compared. */
  async function countRight(pair: string): Promise<() => Promise<unknown>> {
    const { isOver, seconds } = await right.count(pair);
    if (!isOver) return () => right.takeBack(pair);
    right.refused();
    throw new TooManyRequestsError(
      `This account was logged in to ${right.policy.points} times from here in ${WINDOW_SECONDS / 60} minutes. Do not log in ` +
        `for each request: keep the token, which holds for ${tokenSeconds} seconds, and send it with each request as ` +
        `"Authorization: Bearer TOKEN". The next log-in from here is taken in ${seconds} seconds.`,
      seconds,
    );
  }

  async function compareCounted(
    who: Attempt,
    pair: string,
    compare: () => Promise<boolean>,
  ): Promise<boolean> {
    const takeBack = await admit(who, pair);
    try {
      const matches = await compare();
      if (matches) await Promise.all([takeBack(), pairs.forget(pair)]);
      return matches;
    } catch (error) {
      await Promise.all([takeBack(), pairs.takeBack(pair)]);
      throw error;
    }
  }

  return {
    /**
     * @returns what `compare` returns: a success clears what was counted as a failure, and an error counts for nothing
     * @throws TooManyRequestsError, or what `requireTime` throws, without comparing
     */
    async attempt(who: Attempt, compare: () => Promise<boolean>): Promise<boolean> {
      const pair = `${who.account} ${networkOf(who.address)}`;
      return inTurn(pair, async () => {
        who.requireTime();
        const wasNotRight = isExempt(who.address) ? undefined : await countRight(pair);
        let matches = false;
        try {
          return (matches = await compareCounted(who, pair, compare));
        } finally {
          if (!matches) await wasNotRight?.();
        }
      });
    },
  };
}
