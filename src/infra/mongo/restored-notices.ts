import { toObjectId, type Mongo } from './mongo';

/** Collection of the notices that workers, and a restore, send to all workers. */
export const NOTICES = 'notices';
/** Notices that end the tokens of a user, of a session, or of a script. */
const ENDING = /^(revoked|user|session|script):/;
const OF_USER = /^(revoked|user):([0-9a-f]{24})$/;

interface Ending {
  _id: string;
  until: Date;
  least?: number | null;
}

/** Keeps tokens ended over a restore, and lets the restored users log in. */
export function createRestoredNotices(db: Mongo['db']) {
  const notices = db.collection<Ending>(NOTICES);
  const users = db.collection('users');

  async function post({ _id, until, least }: Ending): Promise<void> {
    const most = { until, ...(typeof least === 'number' && { least }) };
    await notices.updateOne(
      { _id },
      { $max: most, $currentDate: { changedAt: true as const } },
      { upsert: true },
    );
  }

  /** Raises the version of a user, so that the present notices end the tokens of before alone. */
  async function letIn({ _id, until, least }: Ending, userId: string): Promise<void> {
    const authVersion = least ?? Date.now();
    const user = { _id: toObjectId(userId) };
    const { matchedCount } = await users.updateOne(user, { $max: { authVersion } });
    if (matchedCount === 0 || typeof least === 'number') return;
    // The backup brings back a user who was removed.
    await post({ _id: `user:${userId}`, until, least: authVersion });
    await notices.deleteOne({ _id });
  }

  return {
    /** Adds notices of a backup to those that are there. What is not about tokens belongs to the database of before. */
    async merge(documents: object[]): Promise<void> {
      for (const { _id, until, least } of documents as Ending[])
        if (ENDING.test(_id)) await post({ _id, until, ...(least != null && { least: Number(least) }) });
    },

    /** Lets restored users have tokens whom a present notice would refuse. */
    async letUsersIn(): Promise<void> {
      for await (const notice of notices.find({ _id: OF_USER, until: { $gt: new Date() } }))
        await letIn(notice, OF_USER.exec(notice._id)![2]!);
    },
  };
}
