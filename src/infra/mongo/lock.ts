import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { duplicateFields, type Database } from './mongo';

/** Holds nothing that counts: it is neither backed up nor restored. */
export const LOCKS = 'locks';

interface LockRecord {
  _id: string;
  owner: string;
  expiresAt: Date;
}

/** Clocks of two hosts may differ by less than this and nothing happens. */
const LEASE_MS = 15_000;

/**
 * A lock for all processes on this database. It is renewed while its work is under way; that of a holder who was
 * killed ends with its lease.
 */
export function createLock(db: Database, name: string, leaseMs = LEASE_MS) {
  const locks = db.collection<LockRecord>(LOCKS);
  const owner = `${hostname()}, process ${process.pid}, ${randomUUID()}`;
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

  /** Until it is stopped; a renewal that fails for a moment is tried again. `lost`: it may be another's by now. */
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

  return {
    /**
     * Whether it was free; then `work` was done, and the lock is free again. `work` has to end at once where its
     * signal says that the lock was lost.
     */
    async attempt(work: (lost: AbortSignal) => Promise<void>): Promise<boolean> {
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
    },

    /** Who has it, for people; undefined where nobody does. */
    async holder(): Promise<string | undefined> {
      const held = await locks.findOne({ _id: name, expiresAt: { $gt: new Date() } });
      return held?.owner;
    },
  };
}

const LOST = 'MongoDB did not answer in time, or this process stood still. Start it again.';
