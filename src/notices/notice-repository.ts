import type { ClientSession, Connection } from 'mongoose';
import { noticeModel, type Notice } from './notice-model';

export type NoticeRepository = ReturnType<typeof createNoticeRepository>;

const LOCK_KEPT_MS = 60_000;
const FOR_EVER = new Date('9999-01-01');

/** What one worker has all others know, through MongoDB. */
export function createNoticeRepository(connection: Connection) {
  const Notices = noticeModel(connection);

  return {
    /**
     * Makes the notice hold until then at least: a longer one that is there already stays. It is pending until
     * `announce` has been called after the transaction.
     */
    async post(id: string, until: Date, session: ClientSession): Promise<void> {
      await Notices.updateOne(
        { _id: id },
        { $max: { until }, $set: { pending: true }, $currentDate: { changedAt: true } },
        { upsert: true, session },
      );
    },

    /** Changes the notice once more, now that its transaction has ended; does nothing if there is none. */
    async announce(id: string): Promise<void> {
      await Notices.updateOne({ _id: id }, { $unset: { pending: 1 }, $currentDate: { changedAt: true } });
    },

    /** Kept for good: a worker that starts later has to know the epoch as well. */
    async postCacheOff(cacheOffUntil: Date): Promise<void> {
      await Notices.updateOne(
        { _id: 'cache-off' },
        { $max: { until: FOR_EVER, cacheOffUntil }, $currentDate: { changedAt: true } },
        { upsert: true },
      );
    },

    /** The oldest changes since `time`, that moment included, at most `limit`. */
    changedSince: (time: Date, limit: number): Promise<Notice[]> =>
      Notices.find({ changedAt: { $gte: time } })
        .sort({ changedAt: 1 })
        .limit(limit)
        .lean(),

    /** Notices that their poster has not announced: it is about to, or it died. At most `limit`. */
    pending: (limit: number): Promise<Notice[]> => Notices.find({ pending: true }).limit(limit).lean(),

    holds: async (id: string): Promise<boolean> =>
      (await Notices.exists({ _id: id, until: { $gt: new Date() } })) !== null,

    /** Two transactions that call it conflict: one of them is tried again after the other. */
    async lock(name: 'admins' | 'uploads', session: ClientSession): Promise<void> {
      const until = new Date(Date.now() + LOCK_KEPT_MS);
      await Notices.updateOne(
        { _id: `lock:${name}` },
        { $set: { until, changedAt: new Date(0) } },
        { upsert: true, session },
      );
    },

    /** Until when the cache is off, and how many tell that a user's tokens are revoked. */
    async inForce(): Promise<{ cacheOffUntil: Date | undefined; revoked: number }> {
      const now = new Date();
      const off = await Notices.findOne({ _id: 'cache-off', cacheOffUntil: { $gt: now } }).lean();
      const revoked = await Notices.countDocuments({ _id: /^revoked:/, until: { $gt: now } });
      return { cacheOffUntil: off?.cacheOffUntil ?? undefined, revoked };
    },

    prepare: () => Notices.createIndexes(),
  };
}
