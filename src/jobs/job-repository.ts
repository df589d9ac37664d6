import type { ClientSession, Connection } from 'mongoose';
import { toObjectId } from '../infra/mongo/mongo';
import type { JobPayloads, JobType } from './job-handler';
import { jobModel, type JobRecord } from './job-model';

export type JobRepository = ReturnType<typeof createJobRepository>;
export type { JobRecord };
type Latest = Pick<
  JobRecord,
  '_id' | 'type' | 'status' | 'attempts' | 'createdAt' | 'startedAt' | 'finishedAt'
>;

const KEPT_MS = 30 * 86_400_000;
/** Counts stop here. */
const COUNTED = 10_000;
const unended = { error: null, startedAt: null, finishedAt: null, expiresAt: null };
const givenUp = { status: 'failed' as const, discardedAt: null };

const inMs = (ms: number) => new Date(Date.now() + ms);

/** The job document is the outbox: `publishAt` says when the relay has to publish it (again). */
export function createJobRepository(connection: Connection) {
  const Jobs = jobModel(connection);
  const own = (id: string, claim: string) => ({ _id: toObjectId(id), claim, status: 'running' as const });
  const ended = () => ({ publishAt: null, claim: null, finishedAt: new Date(), expiresAt: inMs(KEPT_MS) });
  const turnEnds = { $unset: { hasTurn: 1 } };
  const changeFailed = (
    id: string,
    $set: Partial<JobRecord>,
    session: ClientSession,
  ): Promise<JobRecord | null> => {
    const failed = { _id: toObjectId(id), ...givenUp };
    return Jobs.findOneAndUpdate(failed, { $set }, { session, returnDocument: 'after' }).lean<JobRecord>();
  };

  /**
   * Filters what the relay may publish: due jobs of users who have no other job published or running. The queue then
   * holds one job a user and serves users in turn. It also checks the status, since older job workers leave `hasTurn`.
   */
  async function publishable() {
    const inTurn = { hasTurn: true, status: { $in: ['queued' as const, 'running' as const] } };
    const served = await Jobs.distinct('requestedBy', inTurn);
    return { publishAt: { $lte: new Date() }, $or: [{ hasTurn: true }, { requestedBy: { $nin: served } }] };
  }

  return {
    async create<T extends JobType>(
      job: { type: T; payload: JobPayloads[T]; requestedBy: string; requestId?: string },
      session: ClientSession,
    ): Promise<JobRecord> {
      const now = new Date();
      const record = { ...job, requestedBy: toObjectId(job.requestedBy), createdAt: now, publishAt: now };
      const [created] = await Jobs.create([record], { session });
      return created!.toObject();
    },

    byId: (id: string, session?: ClientSession): Promise<JobRecord | null> =>
      Jobs.findById(toObjectId(id), null, { session }).lean<JobRecord>(),

    /** Returns ids of up to `limit` jobs to publish, the longest due first, one for each user. */
    due: async (limit: number): Promise<string[]> => {
      if (!(await Jobs.exists({ publishAt: { $lte: new Date() } }))) return [];
      const jobs = await Jobs.find(await publishable(), { requestedBy: 1 })
        .sort({ publishAt: 1 })
        .limit(limit)
        .lean();
      const firstOf = new Map(jobs.reverse().map((job) => [String(job.requestedBy), String(job._id)]));
      return [...firstOf.values()].reverse();
    },

    /**
     * Takes a due job for publishing, which gives it its user's turn; another relay gets it only after `leaseMs`. It
     * also ends an expired claim, so that the message's receiver can claim the job. If two relays take two jobs of one
     * user at the same moment, that user has two turns for once.
     * @returns the end of the lease; null if another relay has the job
     */
    async takeForPublishing(id: string, leaseMs: number): Promise<Date | null> {
      const publishAt = inMs(leaseMs);
      const filter = { _id: toObjectId(id), publishAt: { $lte: new Date() } };
      const { modifiedCount } = await Jobs.updateOne(filter, {
        $set: { publishAt, status: 'queued', claim: null, hasTurn: true },
      });
      return modifiedCount === 1 ? publishAt : null;
    },

    /** Republishes the job in `ms` unless a worker has claimed it by then. */
    async publishAgain(id: string, lease: Date, ms: number): Promise<void> {
      await Jobs.updateOne({ _id: toObjectId(id), publishAt: lease }, { $set: { publishAt: inMs(ms) } });
    },

    /** Returns null if the job has ended or another worker holds it. */
    claim: (id: string, claim: string, leaseMs: number): Promise<JobRecord | null> =>
      Jobs.findOneAndUpdate(
        { _id: toObjectId(id), status: 'queued' },
        {
          $set: { status: 'running', claim, startedAt: new Date(), publishAt: inMs(leaseMs) },
          $inc: { attempts: 1 },
        },
        { returnDocument: 'after' },
      ).lean<JobRecord>(),

    /** Returns false if another worker holds the job. */
    async renew(id: string, claim: string, leaseMs: number): Promise<boolean> {
      const { matchedCount } = await Jobs.updateOne(own(id, claim), { $set: { publishAt: inMs(leaseMs) } });
      return matchedCount === 1;
    },

    async finish(id: string, claim: string, result: JobRecord['result'], session: ClientSession) {
      const set = { status: 'done' as const, result, error: null, ...ended() };
      const { matchedCount } = await Jobs.updateOne(own(id, claim), { $set: set, ...turnEnds }, { session });
      return matchedCount === 1;
    },

    /**
     * @param isHopeless true if no retry can succeed: the job is discarded at once, so Admins do not see it in their
     * list
     * @returns when the document and the job's input may go; null if another worker holds the job
     */
    async fail(
      id: string,
      claim: string,
      error: string,
      session: ClientSession,
      isHopeless = false,
    ): Promise<Date | null> {
      const aside = isHopeless ? { discardedAt: new Date() } : {};
      const set = { status: 'failed' as const, error, ...ended(), ...aside };
      const { matchedCount } = await Jobs.updateOne(own(id, claim), { $set: set, ...turnEnds }, { session });
      return matchedCount === 1 ? set.expiresAt : null;
    },

    /** Ends a job that a newer one replaces, if it has not begun. */
    async supersede(id: string, result: JobRecord['result'], session: ClientSession): Promise<void> {
      const unbegun = { _id: toObjectId(id), status: 'queued' as const, attempts: 0 };
      const set = { status: 'done' as const, result, ...ended() };
      await Jobs.updateOne(unbegun, { $set: set, ...turnEnds }, { session });
    },

    async putBack(id: string, claim: string, delayMs: number, error: string): Promise<void> {
      const set = { status: 'queued' as const, claim: null, publishAt: inMs(delayMs), error };
      await Jobs.updateOne(own(id, claim), { $set: set, ...turnEnds });
    },

    /** For a job worker that stops: the attempt does not count. */
    async release(id: string, claim: string): Promise<void> {
      const set = { status: 'queued' as const, claim: null, publishAt: new Date() };
      await Jobs.updateOne(own(id, claim), { $set: set, $inc: { attempts: -1 }, ...turnEnds });
    },

    /** Counts the jobs due for publishing, with the time since when the oldest is due. */
    async overdue(): Promise<{ count: number; since: Date | undefined }> {
      const filter = await publishable();
      const oldest = await Jobs.findOne(filter, { publishAt: 1 }).sort({ publishAt: 1 }).lean();
      return { count: await Jobs.countDocuments(filter), since: oldest?.publishAt ?? undefined };
    },

    /** Lists failed jobs that were not discarded, the latest first. */
    failed: (limit: number): Promise<JobRecord[]> =>
      Jobs.find(givenUp).sort({ finishedAt: -1 }).limit(limit).lean<JobRecord[]>(),

    /** Puts a failed job back into the outbox as if new; returns null if it is no longer failed. */
    retry: (id: string, session: ClientSession) =>
      changeFailed(id, { status: 'queued', attempts: 0, publishAt: new Date(), ...unended }, session),

    /** Returns null if the job is no longer failed. */
    discard: (id: string, session: ClientSession) => changeFailed(id, { discardedAt: new Date() }, session),

    /** Counts jobs by state, each up to COUNTED. */
    async counts() {
      const count = (filter: object) => Jobs.countDocuments(filter, { limit: COUNTED });
      const minuteAgo = inMs(-60_000);
      const [waiting, running, doneLastMinute, failed] = await Promise.all([
        count({ status: 'queued' }),
        count({ status: 'running' }),
        count({ status: 'done', finishedAt: { $gte: minuteAgo } }),
        count(givenUp),
      ]);
      return { waiting, running, doneLastMinute, failed };
    },

    /** Counts for the metrics, each up to COUNTED, with the times of the oldest waiting jobs. */
    async depth(limitMs: number) {
      const due = await publishable();
      const queued = { status: 'queued' as const };
      const count = (filter: object) => Jobs.countDocuments(filter, { limit: COUNTED, maxTimeMS: limitMs });
      const oldest = (filter: object, by: 'publishAt' | 'createdAt') =>
        Jobs.findOne(filter, { [by]: 1 }, { sort: { [by]: 1 }, maxTimeMS: limitMs }).lean<JobRecord>();
      const [waiting, running, failed, overdue, oldestQueued, oldestDue] = await Promise.all([
        count(queued),
        count({ status: 'running' }),
        count(givenUp),
        count(due),
        oldest(queued, 'createdAt'),
        oldest(due, 'publishAt'),
      ]);
      return {
        jobs: { queued: waiting, running, failed },
        oldestQueuedAt: oldestQueued?.createdAt,
        outbox: overdue,
        oldestDueAt: oldestDue?.publishAt ?? undefined,
      };
    },

    /** Lists the latest jobs: ids grow with time. */
    async latest(limit: number) {
      const fields = { type: 1, status: 1, attempts: 1, createdAt: 1, startedAt: 1, finishedAt: 1 } as const;
      const jobs = await Jobs.find({}, fields).sort({ _id: -1 }).limit(limit).lean<Latest[]>();
      return jobs.map((job) => ({ ...job, _id: String(job._id) }));
    },

    prepare: () => Jobs.createIndexes(),
  };
}
