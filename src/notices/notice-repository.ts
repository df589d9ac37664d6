import type { ClientSession, Connection } from 'mongoose';
import { duplicateFields } from '../infra/mongo/mongo';
import type { Ending } from './endings';
import { noticeModel, type Notice } from './notice-model';
import { createOrderRepository } from './order-repository';

export type NoticeRepository = ReturnType<typeof createNoticeRepository>;

const LOCK_KEPT_MS = 60_000;
/** Id of the notice that somebody watches the live page. */
export const WATCHED = 'live-page';
const FOR_EVER = new Date('9999-01-01');
/** Id of the one notice about the cache. */
export const CACHE = 'cache-off';

/** Stores what one worker has all others know. */
export function createNoticeRepository(connection: Connection) {
  const Notices = noticeModel(connection);

  return {
    /** Makes the notice hold at least until `until`. It is pending until `announce` is called after the transaction. */
    async post({ _id, until, least }: Ending, session: ClientSession): Promise<void> {
      const most = least ? { until, least } : { until };
      await Notices.updateOne(
        { _id },
        { $max: most, $set: { pending: true }, $currentDate: { changedAt: true } },
        { upsert: true, session },
      );
    },

    /** Marks the notices as changed after their transaction; does nothing about those that do not exist. */
    async announce(ids: string[]): Promise<void> {
      const change = { $unset: { pending: 1 }, $currentDate: { changedAt: true } } as const;
      if (ids.length === 1) await Notices.updateOne({ _id: ids[0]! }, change);
      else await Notices.updateMany({ _id: { $in: ids } }, change);
    },

    /** Says again that somebody watches the live page. */
    async postWatched(keptMs: number): Promise<void> {
      const until = new Date(Date.now() + keptMs);
      await Notices.updateOne(
        { _id: WATCHED },
        { $set: { until }, $currentDate: { changedAt: true } },
        { upsert: true },
      );
    },

    /** Never expires: workers that start later need the epoch as well. */
    async postCacheOff(cacheOffUntil: Date): Promise<void> {
      await Notices.updateOne(
        { _id: CACHE },
        { $max: { until: FOR_EVER, cacheOffUntil }, $currentDate: { changedAt: true } },
        { upsert: true },
      );
    },

    /**
     * Makes the cache use another reign of Redis after `cacheOffUntil`. Does nothing if neither `before` nor `reign` is
     * in force: another worker was quicker.
     */
    async postReign(reign: string, before: string | undefined, cacheOffUntil: Date): Promise<void> {
      try {
        await Notices.updateOne(
          { _id: CACHE, redisReign: { $in: [before ?? null, reign] } },
          {
            $max: { until: FOR_EVER, cacheOffUntil },
            $set: { redisReign: reign },
            $currentDate: { changedAt: true },
          },
          { upsert: true },
        );
      } catch (error) {
        // The notice is there, with another reign.
        if (!duplicateFields(error)) throw error;
      }
    },

    /** Lists the oldest changes since `time` (inclusive), at most `limit`. */
    changedSince: (time: Date, limit: number): Promise<Notice[]> =>
      Notices.find({ changedAt: { $gte: time } })
        .sort({ changedAt: 1 })
        .limit(limit)
        .lean(),

    /** Lists at most `limit` notices that were not announced: their poster is about to, or died. */
    pending: (limit: number): Promise<Notice[]> => Notices.find({ pending: true }).limit(limit).lean(),

    inForceAmong: (ids: string[]): Promise<Notice[]> =>
      Notices.find({ _id: { $in: ids }, until: { $gt: new Date() } }).lean(),

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
      const off = await Notices.findOne({ _id: CACHE, cacheOffUntil: { $gt: now } }).lean();
      const revoked = await Notices.countDocuments({ _id: /^revoked:/, until: { $gt: now } });
      return { cacheOffUntil: off?.cacheOffUntil ?? undefined, revoked };
    },

    orders: createOrderRepository(Notices),

    prepare: () => Notices.createIndexes(),
  };
}
