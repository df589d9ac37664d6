import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { duplicateFields, type Database } from './mongo';

/** The locks' collection, which is neither backed up nor restored. */
export const LOCKS = 'locks';

interface LockRecord {
  _id: string;
  owner: string;
  expiresAt: Date;
}

/** Must exceed the difference between the clocks of any two hosts. */
const LEASE_MS = 15_000;
const LOOK_MS = 100;
const WAITING_MS = 10_000;

/** Must end at once when the signal aborts: the lock is lost. */
type Work = (lost: AbortSignal) => Promise<void>;

interface Waiting {
  /** Ends the wait without the work. */
  isNeedless?: () => Promise<boolean>;
  /** Called every 10 s. */
  onWaiting?: () => Promise<void>;
}

export type Lock = ReturnType<typeof createLock>;

/**
 * Creates a lock for all processes on this database. The holder renews it; the lock of a killed holder expires with
 * its lease.
 */
export function createLock(
  db: Database,
  name: string,
  { leaseMs = LEASE_MS, host = hostname() }: { leaseMs?: number; host?: string } = {},
) {
  const locks = db.collection<LockRecord>(LOCKS);
  const owner = `${host}, process ${process.pid}, ${randomUUID()}`;
  const inLease = () => ({ $set: { owner, expiresAt: new Date(Date.now() + leaseMs) } });

  async function take(): Promise<boolean> {
    const free = { _id: name, expiresAt: { $lte: new Date() } };
    try {
      const { matchedCount, upsertedCount } = await locks.updateOne(free, inLease(), { upsert: true });
      return matchedCount + upsertedCount === 1;
    } catch (error) {
      if (duplicateFields(error)) return false;
      throw error;
    }
  }

  /** Renews until stopped, and retries failures. Aborts `lost` once another process may hold the lock. */
  function keepRenewing() {
    const lost = new AbortController();
    let heldUntil = performance.now() + leaseMs;
    const renew = async () => {
      const sentAt = performance.now();
      const { matchedCount } = await locks.updateOne({ _id: name, owner }, inLease());
      heldUntil = matchedCount === 1 ? sentAt + leaseMs : 0;
    };
    const timer = setInterval(() => {
      if (performance.now() > heldUntil) lost.abort(new Error(`The lock "${name}" was lost: ${LOST}`));
      else void renew().catch(() => {});
    }, leaseMs / 4);
    return { lost: lost.signal, stop: () => clearInterval(timer) };
  }

  /** Runs `work` under the lock; returns false, without running it, if the lock is taken. */
  async function attempt(work: Work): Promise<boolean> {
    if (!(await take())) return false;
    const { lost, stop } = keepRenewing();
    try {
      await work(lost);
    } catch (error) {
      throw lost.aborted ? lost.reason : error;
    } finally {
      stop();
      await locks.deleteOne({ _id: name, owner }).catch(() => {});
    }
    return true;
  }

  return {
    attempt,

    /** Does the same, and waits up to `waitMs` while the lock is taken. */
    async within(
      waitMs: number,
      work: Work,
      { isNeedless = async () => false, onWaiting = async () => {} }: Waiting = {},
    ): Promise<boolean> {
      const giveUp = performance.now() + waitMs;
      for (let saidAt = performance.now(); ;) {
        if ((await isNeedless()) || (await attempt(work))) return true;
        if (performance.now() > giveUp) return false;
        if (performance.now() - saidAt > WAITING_MS) {
          saidAt = performance.now();
          await onWaiting();
        }
        await sleep(LOOK_MS);
      }
    },

    /** Describes the holder for people; `undefined` if the lock is free. */
    async holder(): Promise<string | undefined> {
      const held = await locks.findOne({ _id: name, expiresAt: { $gt: new Date() } });
      return held?.owner.replace(/, [\da-f-]{36}$/, '');
    },
  };
}

const LOST = 'MongoDB did not answer in time, or this process was suspended. Start it again.';
