import { networkOf } from '../lib/client-address';
import { spreadWait } from '../lib/retry-after';
import { createTally } from '../lib/tally';
import { OverloadError } from '../problems/errors';
import type { HashClient, HashPool } from '../infra/hash-pool';

export type HashPlaces = ReturnType<typeof createHashPlaces>;

/** `share`: the client has too many; `wait`: it would wait too long; `limit`: too many wait in this worker. */
type HashRefusal = 'share' | 'wait' | 'limit';

interface HashPlacesOptions {
  pool: Pick<HashPool, 'msFor' | 'threads'>;
  /** Most passwords that may wait in this worker, to bound memory. */
  most: number;
  /** Returns whether limits do not apply to an address. */
  isExempt: (address: string) => boolean;
  onRefused?: (reason: HashRefusal) => void;
}

interface Claim {
  address: string;
  requestId: string;
  /** A digest of the name to log in with; unset for a sign-up. */
  account?: string;
}

/** Longest wait for a turn in milliseconds; a person gives up soon after. */
export const LONGEST_WAIT_MS = 2_000;
/** Most places of one network in one worker. */
const OF_NETWORK = 3;
/** Most networks that may check the password of one account at a time in one worker: one more than three that flood. */
const OF_ACCOUNT = 4;

/**
 * Decides which passwords may wait for the hash pool of this worker. Each network (`networkOf`) has a few places, and an
 * account can be tried from a few networks at a time, so that no client fills the queue. A password is accepted only if
 * its turn will come within two seconds, by the measured pace of the pool. The wait begins when the body has been read,
 * so it includes other log-ins of the same pair (`login-guard.ts`).
 * An address that is exempt from limits has no share, but its network takes turns like every other.
 */
export function createHashPlaces({ pool, most, isExempt, onRefused }: HashPlacesOptions) {
  const ofNetwork = createTally();
  const ofPair = createTally();
  const ofAccount = createTally();

  function refuse(reason: HashRefusal, overMs: number): OverloadError {
    onRefused?.(reason);
    return OverloadError.make(DETAILS[reason], spreadWait(overMs));
  }

  /** Returns how many hashes precede the next one of this network: its own, and at most one more of each other. */
  function aheadOf(network: string): number {
    const own = ofNetwork.of(network);
    let ahead = own;
    for (const [other, count] of ofNetwork.all()) if (other !== network) ahead += Math.min(count, own + 1);
    return ahead;
  }

  /** Returns the refusal of one more password from this address; undefined if there is room. Counts it as refused. */
  function refusalOf(address: string): OverloadError | undefined {
    const network = networkOf(address);
    if (!isExempt(address) && ofNetwork.of(network) >= OF_NETWORK) return refuse('share', pool.msFor(1));
    const taken = ofNetwork.total();
    if (taken >= most + Math.max(1, pool.threads())) return refuse('limit', pool.msFor(taken) / 2);
    const waitMs = pool.msFor(aheadOf(network));
    return waitMs > LONGEST_WAIT_MS ? refuse('wait', waitMs - LONGEST_WAIT_MS) : undefined;
  }

  return {
    refusalOf,

    /**
     * Runs `work` with a place and frees the place afterwards.
     * @throws OverloadError without running `work` if there is no room
     */
    async hold<T>(
      { address, account, requestId }: Claim,
      work: (client: HashClient) => Promise<T>,
    ): Promise<T> {
      const refusal = refusalOf(address);
      if (refusal) throw refusal;
      const network = networkOf(address);
      const pair = account && `${account} ${network}`;
      if (pair && !isExempt(address) && ofPair.of(pair) === 0 && ofAccount.of(account) >= OF_ACCOUNT) {
        throw refuse('share', pool.msFor(1));
      }
      const began = performance.now();
      const requireTime = () => {
        const waited = performance.now() - began;
        if (waited > LONGEST_WAIT_MS) throw refuse('wait', waited - LONGEST_WAIT_MS);
      };
      ofNetwork.add(network);
      if (pair && ofPair.add(pair) === 1) ofAccount.add(account);
      try {
        return await work({ key: network, requestId, requireTime });
      } finally {
        ofNetwork.remove(network);
        if (pair && ofPair.remove(pair) === 0) ofAccount.remove(account);
      }
    },

    /** Milliseconds that the password of a new client would wait. */
    expectedWaitMs: (): number => pool.msFor(aheadOf('')),
  };
}

const DETAILS: Record<HashRefusal, string> = {
  share:
    'Too many passwords from your network, or for this account, are being checked. The request had no effect; wait for their answers, then try again.',
  wait: 'So many passwords are being checked that yours would wait too long. The request had no effect; try again after `Retry-After`.',
  limit: 'Too many passwords are being checked. The request had no effect; try again after `Retry-After`.',
};
