import { LRUCache } from 'lru-cache';
import { networkOf } from '../lib/client-address';
import { TooManyRequestsError } from '../problems/errors';
import { createTurns } from '../admission/turns';
import type { Count, Policy, RateLimiter } from '../infra/rate-limiter';

export type LoginGuard = ReturnType<typeof createLoginGuard>;

interface LoginGuardOptions {
  rateLimiter: (policy: Policy) => RateLimiter;
  /** Wrong passwords allowed for one account from one address in 15 minutes; the other limits follow from it. */
  attempts: number;
  /** Returns whether limits do not apply to an address. */
  isExempt: (address: string) => boolean;
  /** Lifetime of a token, named in the refusal of clients that log in for each request. */
  tokenSeconds: number;
}

interface Attempt {
  /** Digest of the name to log in with, whether or not it exists. */
  account: string;
  address: string;
  /** Throws if the client has waited too long for its turn. */
  requireTime: () => void;
  /** Records that log-ins are refused from now on; called for the first of them in a window. */
  onLockedOut: () => Promise<void>;
}

const WINDOW_SECONDS = 15 * 60;
/** Most refused names and addresses that a worker remembers having recorded. */
const REMEMBERED = 10_000;
/** Successful log-ins allowed in 15 minutes: a person logs in a few times a day, so more come from a program. */
const RIGHT_LOG_INS = 30;

/**
 * Limits guessing without locking out the owner. An account with many failures from everywhere is not locked: each
 * address then has one try for it. The owner gets in from any address that has not failed, and an attacker has one
 * guess for each address.
 * Successful log-ins are limited too, since each costs a hash: by account and network, so that only a client that knows
 * the password can exhaust the limit, and the owner gets in from every other network meanwhile.
 */
export function createLoginGuard({ rateLimiter, attempts, isExempt, tokenSeconds }: LoginGuardOptions) {
  const pairs = rateLimiter({ name: 'login', points: attempts, seconds: WINDOW_SECONDS });
  const right = rateLimiter({
    name: 'login-right',
    points: Math.max(RIGHT_LOG_INS, 6 * attempts),
    seconds: WINDOW_SECONDS,
  });
  const accounts = rateLimiter({ name: 'login-account', points: 10 * attempts, seconds: 3_600 });
  const addresses = rateLimiter({ name: 'login-address', points: 20 * attempts, seconds: 3_600 });
  const recorded = new LRUCache<string, true>({ max: REMEMBERED, ttl: WINDOW_SECONDS * 1_000 });
  // Without turns, right log-ins sent together would count as failures of each other.
  const inTurn = createTurns();

  /** Counts before the comparison, so that guesses sent together do not all pass. */
  async function admit(
    { account, address, onLockedOut }: Attempt,
    pair: string,
  ): Promise<() => Promise<unknown>> {
    const counted: [RateLimiter, string][] = [];
    const takeBack = () => Promise.all(counted.map(([limiter, key]) => limiter.takeBack(key)));
    async function count(limiter: RateLimiter, key: string): Promise<Count> {
      counted.push([limiter, key]);
      return limiter.count(key);
    }
    async function refuse(limiter: RateLimiter, { seconds, used }: Count): Promise<never> {
      limiter.refused();
      const key = `${limiter.policy.name} ${limiter === addresses ? networkOf(address) : pair}`;
      const isFirst = limiter === pairs ? used === attempts + 1 : !recorded.has(key);
      if (isFirst) await onLockedOut();
      recorded.set(key, true, { noUpdateTTL: true });
      // Nothing was compared, so only the pair keeps its count, which is over the limit anyway.
      await takeBack();
      throw new TooManyRequestsError(
        `Too many failed log-ins. For ${seconds} seconds even the right password is refused from your address.`,
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

  /** Counts a log-in as successful in advance, so that a program is refused before the comparison. */
  async function countRight(pair: string): Promise<() => Promise<unknown>> {
    const { isOver, seconds } = await right.count(pair);
    if (!isOver) return () => right.takeBack(pair);
    right.refused();
    throw new TooManyRequestsError(
      `More than ${right.policy.points} log-ins to this account from your address in ${WINDOW_SECONDS / 60} minutes. Do not log in ` +
        `for each request: keep the token, which is valid for ${tokenSeconds} seconds, and send it with each request as ` +
        `"Authorization: Bearer TOKEN". The next log-in is possible in ${seconds} seconds.`,
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
     * Counts a log-in and runs `compare`. A success clears the counted failures; an error of `compare` counts for nothing.
     * @throws TooManyRequestsError, or the error of `requireTime`, without comparing
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
