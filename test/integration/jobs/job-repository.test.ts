import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Mongo } from '../../../src/infra/mongo/mongo';
import { createJobRepository } from '../../../src/jobs/job-repository';
import { use } from '../../support/use';
import { useMongo } from '../../support/use-api';

const mongo = useMongo();
const jobs = use(() => createJobRepository(mongo.connection));
let id: string;

beforeAll(() => jobs.prepare());

async function newJob(requestedBy: string): Promise<string> {
  const payload = { userId: 'u', digest: 'd', replaces: '' };
  const job = await mongo.transaction((session) =>
    jobs.create({ type: 'resize-avatar', payload, requestedBy }, session),
  );
  return String(job._id);
}

const newUser = () => randomBytes(12).toString('hex');

beforeEach(async () => {
  await mongo.db.collection('jobs').deleteMany({});
  id = await newJob(newUser());
});

describe('the job repository', () => {
  it('gives a due job to one relay and a claim to one worker', async () => {
    expect(await jobs.due(10)).toContain(id);
    const relays = await Promise.all(Array.from({ length: 5 }, () => jobs.takeForPublishing(id, 60_000)));
    expect(relays.filter(Boolean)).toHaveLength(1);
    const claims = await Promise.all(
      Array.from({ length: 5 }, (_, index) => jobs.claim(id, `c${index}`, 60_000)),
    );
    expect(claims.filter(Boolean)).toHaveLength(1);
  });

  it('gives the job of a dead worker to another, and refuses the dead one afterwards', async () => {
    expect(await jobs.claim(id, 'dead', 30)).toMatchObject({ attempts: 1 });
    expect(await jobs.claim(id, 'early', 60_000)).toBeNull();
    await sleep(50);
    expect(await jobs.due(10)).toContain(id);
    const lease = await jobs.takeForPublishing(id, 60_000);
    await jobs.publishAgain(id, lease!, 600_000);
    expect(await jobs.claim(id, 'next', 60_000)).toMatchObject({ attempts: 2, status: 'running' });
    expect(await jobs.renew(id, 'dead', 60_000)).toBe(false);
    const finish = (claim: string) => mongo.transaction((session) => jobs.finish(id, claim, {}, session));
    expect(await finish('dead')).toBe(false);
    expect(await finish('next')).toBe(true);
    expect(await jobs.claim(id, 'late', 60_000)).toBeNull();
    expect(await jobs.due(10)).not.toContain(id);
  });

  it('does not count the attempt of a worker that stopped properly', async () => {
    await jobs.claim(id, 'stopping', 60_000);
    await jobs.release(id, 'stopping');
    expect(await jobs.due(10)).toContain(id);
    expect(await jobs.claim(id, 'next', 60_000)).toMatchObject({ attempts: 1 });
  });

  describe('turns of users', () => {
    const publish = async (job: string) =>
      jobs.publishAgain(job, (await jobs.takeForPublishing(job, 60_000))!, 600_000);
    const inTransaction = (work: Parameters<Mongo['transaction']>[0]) => mongo.transaction(work);

    /** Every way in which an attempt, and so its turn, can end. */
    const ends: [string, (job: string) => Promise<unknown>][] = [
      ['is done', (job) => inTransaction((session) => jobs.finish(job, 'claim', {}, session))],
      [
        'failed for good',
        (job) => inTransaction((session) => jobs.fail(job, 'claim', 'It failed.', session)),
      ],
      ['is tried again later', (job) => jobs.putBack(job, 'claim', 600_000, 'It failed.')],
    ];

    it.each(ends)(
      'pass to the next user while a job is published or runs, and back once it %s',
      async (_, end) => {
        const [ada, bob] = [newUser(), newUser()];
        const first = await newJob(ada);
        const second = await newJob(ada);
        const other = await newJob(bob);
        expect(await jobs.due(10)).toEqual([id, first, other]);
        await publish(first);
        expect(await jobs.due(10)).toEqual([id, other]);
        await jobs.claim(first, 'claim', 60_000);
        expect(await jobs.due(10)).toEqual([id, other]);
        await end(first);
        expect(await jobs.due(10)).toEqual([id, second, other]);
      },
    );

    it('are not used up by the many jobs of one user that are due first', async () => {
      const admin = newUser();
      const many: string[] = [];
      for (let count = 0; count < 8; count += 1) many.push(await newJob(admin));
      const other = await newJob(newUser());
      expect(await jobs.due(5)).toEqual([id, many[0]]);
      await publish(id);
      await publish(many[0]!);
      expect(await jobs.due(5)).toEqual([other]);
      // Jobs that wait for their turn are not overdue.
      expect(await jobs.overdue()).toMatchObject({ count: 1 });
      expect(await jobs.depth(1_000)).toMatchObject({ outbox: 1, jobs: { queued: 10 } });
    });

    it('come back after a worker stopped or died, or a newer picture replaced the job', async () => {
      const [ada, bob] = [newUser(), newUser()];
      const [released, died] = [await newJob(ada), await newJob(bob)];
      const [afterReleased, afterDied] = [await newJob(ada), await newJob(bob)];
      for (const job of [id, released, died]) await publish(job);
      await jobs.claim(released, 'claim', 60_000);
      await jobs.claim(died, 'claim', 30);
      await jobs.release(released, 'claim');
      await inTransaction((session) => jobs.supersede(id, null, session));
      await sleep(50);
      // The user whose lease ended, and of the other two the one that waited longer.
      expect((await jobs.due(10)).sort()).toEqual([afterReleased, died].sort());
      expect(afterDied).not.toBe(died);
      expect(await mongo.db.collection('jobs').countDocuments({ hasTurn: true })).toBe(1);
    });

    it('are not blocked by a job that a job worker of an earlier version ended', async () => {
      const ada = newUser();
      const first = await newJob(ada);
      await publish(first);
      await mongo.db
        .collection('jobs')
        .updateOne({ hasTurn: true }, { $set: { status: 'done', publishAt: null } });
      const second = await newJob(ada);
      expect(await jobs.due(10)).toEqual([id, second]);
    });
  });
});
