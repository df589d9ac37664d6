import type { ClientSession, Connection } from 'mongoose';
import { noticeModel, type Notice } from './notice-model';

export type NoticeRepository = ReturnType<typeof createNoticeRepository>;

const LOCK_KEPT_MS = 60_000;
const FOR_EVER = new Date('9999-01-01');

/** Stores what one worker has all others know. */
export function createNoticeRepository(connection: Connection) {
  const Notices = noticeModel(connection);

  return {
    /** Makes the notice hold at least until `until`. It is pending until `announce` is called after the transaction. */
    async post(id: string, until: Date, session: ClientSession): Promise<void> {
      await Notices.updateOne(
        { _id: id },
        { $max: { until }, $set: { pending: true }, $currentDate: { changedAt: true } },
        { upsert: true, session },
      );
    },

    /** Marks the notice as changed after its transaction; does nothing if there is none. */
    async announce(id: string): Promise<void> {
      await Notices.updateOne({ _id: id }, { $unset: { pending: 1 }, $currentDate: { changedAt: true } });
    },

    /** Never expires: workers that start later need the epoch as well. */
    async postCacheOff(cacheOffUntil: Date): Promise<void> {
      await Notices.updateOne(
        { _id: 'cache-off' },
        { $max: { until: FOR_EVER, cacheOffUntil }, $currentDate: { changedAt: true } },
        { upsert: true },
      );
    },

    /** Lists the oldest changes since `time` (inclusive), at most `limit`. */
    changedSince: (time: Date, limit: number): Promise<Notice[]> =>
      Notices.find({ changedAt: { $gte: time } })
        .sort({ changedAt: 1 })
        .limit(limit)
        .lean(),

    /** Lists at most `limit` notices that were not announced: their poster is about to, or died. */
    pending: (limit: number): Promise<Notice[]> => Notices.find({ pending: true }).limit(limit).lean(),

    holds: async (id: string): Promise<boolean> =>
      (await Notices.exists({ _id: id, until: { $gt: new Date() } })) !== null,

    /** Makes the transactions that call it conflict, so that MongoDB runs them one after another. */
    async lock(name: 'admins' | 'uploads', session: ClientSession): Promise<void> {
      const until = new Date(Date.now() + LOCK_KEPT_MS);
      await Notices.updateOne(
        { _id: `lock:${name}` },
        { $set: { until, changedAt: new Date(0) } },
        { upsert: true, session },
      );
    },

    /** Returns until when the cache is off, and the number of users with revoked tokens. */
    async inForce(): Promise<{ cacheOffUntil: Date | undefined; revoked: number }> {
      const now = new Date();
      const off = await Notices.findOne({ _id: 'cache-off', cacheOffUntil: { $gt: now } }).lean();
      const revoked = await Notices.countDocuments({ _id: /^revoked:/, until: { $gt: now } });
      return { cacheOffUntil: off?.cacheOffUntil ?? undefined, revoked };
    },

    prepare: () => Notices.createIndexes(),
  };
}
