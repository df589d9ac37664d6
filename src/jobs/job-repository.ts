import { Types, type ClientSession, type Connection } from 'mongoose';
import { toObjectId } from '../infra/mongo/mongo';
import type { JobPayloads, JobType } from './job-handler';
import { jobModel, type JobRecord } from './job-model';

export type JobRepository = ReturnType<typeof createJobRepository>;
export type { JobRecord };

const DAY_MS = 86_400_000;
const KEPT_MS = 30 * DAY_MS;

const COUNTED = 10_000;
const givenUp = { status: 'failed' as const, discardedAt: null };

const inMs = (ms: number) => new Date(Date.now() + ms);

/** The job document is the outbox: `publishAt` says when the relay has to tell RabbitMQ of it (again). */
export function createJobRepository(connection: Connection) {
  const Jobs = jobModel(connection);
  const own = (id: string, claim: string) => ({ _id: toObjectId(id), claim, status: 'running' as const });
  const ended = () => ({ publishAt: null, claim: null, finishedAt: new Date(), expiresAt: inMs(KEPT_MS) });
  const turnEnds = { $unset: { hasTurn: 1 } };

  /**
   * What the relay may publish: jobs that are due, of users without another one that is published or runs. The queue then
   * holds one job a user, so it serves them in turn. By status as well: a job worker of an earlier version leaves `hasTurn`.
   */
  async function publishable() {
    const inTurn = { hasTurn: true, status: { $in: ['queued' as const, 'running' as const] } };
    const served = await Jobs.distinct('requestedBy', inTurn);
    return {
      publishAt: { $lte: new Date() },
      $or: [{ hasTurn: true }, { requestedBy: { $nin: served } }],
    };
  }

  return {
    async create<T extends JobType>(
      job: { type: T; payload: JobPayloads[T]; requestedBy: string; requestId?: string },
      session: ClientSession,
    ): Promise<JobRecord> {
      const now = new Date();
      const record = {
        ...job,
        requestedBy: new Types.ObjectId(job.requestedBy),
        createdAt: now,
        publishAt: now,
      };
      const [created] = await Jobs.create([record], { session });
      return created!.toObject();
    },

    byId: (id: string, session?: ClientSession): Promise<JobRecord | null> =>
      Jobs.findById(toObjectId(id), null, { session }).lean<JobRecord>(),

    /** Ids of up to `limit` jobs to publish, the longest due first and one a user. */
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
     * Takes one due job for publishing, which gives it its user's turn; another relay gets it only once `leaseMs` have
     * passed. A claim whose lease has run out ends here, so that the message finds a job that can be claimed. Two relays
     * that take two jobs of one user at the same moment both get theirs: then that user has two turns for once.
     */
    async takeForPublishing(id: string, leaseMs: number): Promise<Date | null> {
      const publishAt = inMs(leaseMs);
      const filter = { _id: toObjectId(id), publishAt: { $lte: new Date() } };
      const { modifiedCount } = await Jobs.updateOne(filter, {
        $set: { publishAt, status: 'queued', claim: null, hasTurn: true },
      });
      return modifiedCount === 1 ? publishAt : null;
    },

    /** Comes again in `ms` where nobody has taken the job up until then. */
    async publishAgain(id: string, lease: Date, ms: number): Promise<void> {
      await Jobs.updateOne({ _id: toObjectId(id), publishAt: lease }, { $set: { publishAt: inMs(ms) } });
    },

    /** Null where the job is over or another holds it. */
    claim: (id: string, claim: string, leaseMs: number): Promise<JobRecord | null> =>
      Jobs.findOneAndUpdate(
        { _id: toObjectId(id), status: 'queued' },
        {
          $set: { status: 'running', claim, startedAt: new Date(), publishAt: inMs(leaseMs) },
          $inc: { attempts: 1 },
        },
        { returnDocument: 'after' },
      ).lean<JobRecord>(),

    /** False where the job is another's by now. */
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
     * @param isHopeless no retry can succeed: it is put aside at once, so that it is not on the Admins' list
     * @returns when its document goes, and what belongs to it may; null if the job is another's by now
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

    /** Ends a job that was never begun, because a newer one takes its place; leaves any other as it is. */
    async supersede(id: string, result: JobRecord['result'], session: ClientSession): Promise<void> {
      const unbegun = { _id: toObjectId(id), status: 'queued' as const, attempts: 0 };
      const set = { status: 'done' as const, result, ...ended() };
      await Jobs.updateOne(unbegun, { $set: set, ...turnEnds }, { session });
    },

    async putBack(id: string, claim: string, delayMs: number, error: string): Promise<void> {
      const set = { status: 'queued' as const, claim: null, publishAt: inMs(delayMs), error };
      await Jobs.updateOne(own(id, claim), { $set: set, ...turnEnds });
    },

    /** For a worker that stops in good order: the attempt doesn't count. */
    async release(id: string, claim: string): Promise<void> {
      const set = { status: 'queued' as const, claim: null, publishAt: new Date() };
      await Jobs.updateOne(own(id, claim), { $set: set, $inc: { attempts: -1 }, ...turnEnds });
    },

    /** Jobs that the relay should have published, and since when the oldest of them is due. */
    async overdue(): Promise<{ count: number; since: Date | undefined }> {
      const filter = await publishable();
      const oldest = await Jobs.findOne(filter, { publishAt: 1 }).sort({ publishAt: 1 }).lean();
      return { count: await Jobs.countDocuments(filter), since: oldest?.publishAt ?? undefined };
    },

    /** Jobs that failed for good and that nobody put aside, the last first. */
    failed: (limit: number): Promise<JobRecord[]> =>
      Jobs.find(givenUp).sort({ finishedAt: -1 }).limit(limit).lean<JobRecord[]>(),

    /** To the outbox, as if it were new; null where it is no failed job any more. */
    retry: (id: string, session: ClientSession): Promise<JobRecord | null> =>
      Jobs.findOneAndUpdate(
        { _id: toObjectId(id), ...givenUp },
        {
          $set: {
            status: 'queued',
            attempts: 0,
            error: null,
            startedAt: null,
            finishedAt: null,
            expiresAt: null,
            publishAt: new Date(),
          },
        },
        { session, returnDocument: 'after' },
      ).lean<JobRecord>(),

    /** Null if it is no failed job any more. */
    discard: (id: string, session: ClientSession): Promise<JobRecord | null> =>
      Jobs.findOneAndUpdate(
        { _id: toObjectId(id), ...givenUp },
        { $set: { discardedAt: new Date() } },
        { session },
      ).lean<JobRecord>(),

    /** How many there are of each kind, counted to COUNTED. */
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

    /** For the metrics: how many jobs there are, counted to COUNTED, and since when the oldest waits. */
    async depth(limitMs: number) {
      const due = await publishable();
      const queued = { status: 'queued' as const };
      const count = (filter: object) => Jobs.countDocuments(filter, { limit: COUNTED, maxTimeMS: limitMs });
      const oldest = (filter: object, by: 'publishAt' | 'createdAt') =>
        Jobs.findOne(filter, { [by]: 1 })
          .sort({ [by]: 1 })
          .maxTimeMS(limitMs)
          .lean<JobRecord>();
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

    /** Those at work and those that were asked for last: ids grow with time. */
    async latest(limit: number) {
      const jobs = await Jobs.find({}, { payload: 0, result: 0 })
        .sort({ _id: -1 })
        .limit(limit)
        .lean<JobRecord[]>();
      return jobs.map(({ _id, type, status, attempts, createdAt, startedAt, finishedAt }) => ({
        _id: String(_id),
        type,
        status,
        attempts,
        createdAt,
        startedAt,
        finishedAt,
      }));
    },

    prepare: () => Jobs.createIndexes(),
  };
}
