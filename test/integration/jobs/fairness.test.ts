import { Types } from 'mongoose';
import { startWorker } from '../../support/api';
import { buildMember, endedJob, type Account } from '../../support/factories';
import { heaviestPicture, newPicture, slowPicture } from '../../support/pictures';
import { eventually } from '../../support/wait';
import { useAdmin, useApi, useMongo } from '../../support/use-api';

const api = useApi();
const mongo = useMongo(api);
const admin = useAdmin(api);

// Removes what the previous test left in the queue.
beforeEach(async () => {
  for (const name of ['jobs', 'avatars', 'avatar_originals']) await mongo.db.collection(name).deleteMany({});
});

/** @returns the path of the job */
async function upload(picture: Buffer, by: Account, userId = by.id): Promise<string> {
  const sent = by.put(`/users/${userId}/avatar`).type('image/png').send(picture);
  return (await sent.expect(202)).headers.location!;
}

async function withWorker(
  variables: Record<string, string>,
  work: (text: () => Promise<string>) => Promise<void>,
) {
  const worker = await startWorker(api.namespace, variables);
  try {
    await work(worker.metrics.text);
  } finally {
    await worker.close(1_000);
  }
}

const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

/** Milliseconds from the upload of a picture to the end of its job. */
async function timeOf(by: Account): Promise<number> {
  const picture = await newPicture('jpeg', 3_000, 2_000);
  const began = performance.now();
  expect(await endedJob(api, by, await upload(picture, by))).toMatchObject({ status: 'done' });
  return performance.now() - began;
}

async function medianTime(by: Account): Promise<number> {
  const times: number[] = [];
  for (let count = 0; count < 5; count += 1) times.push(await timeOf(by));
  return median(times);
}

describe('jobs of several users', () => {
  it('take turns: a member waits for only one of the many jobs of an Admin', async () => {
    const members = await Promise.all(Array.from({ length: 8 }, () => buildMember(api)));
    const later = members.pop()!;
    const many: string[] = [];
    for (const { id } of members) many.push(await upload(await newPicture('png'), admin, id));
    const one = await upload(await newPicture('png'), later);
    await withWorker({ JOB_CONCURRENCY: '1' }, async () => {
      const begun = await Promise.all(
        [...many, one].map(async (path) => ({
          path,
          at: (await endedJob(api, admin, path)).startedAt as string,
        })),
      );
      const order = begun.sort((a, b) => a.at.localeCompare(b.at)).map(({ path }) => path);
      expect(order.indexOf(one)).toBeLessThanOrEqual(1);
      expect(order.filter((path) => path !== one)).toEqual(many);
    });
  });

  it('are hardly delayed by a member who sends the heaviest pictures one after another', async () => {
    const [flooding, other] = await Promise.all([buildMember(api), buildMember(api)]);
    const heaviest = heaviestPicture();
    await withWorker({}, async () => {
      const alone = await medianTime(other);
      const sent: string[] = [];
      let isOver = false;
      // Sends the next when one starts, so that one runs and one waits.
      const flood = (async () => {
        for (let count = 0; !isOver; count += 1) {
          const bytes = Buffer.concat([heaviest, Buffer.from(String(count))]);
          const path = await upload(bytes, flooding);
          sent.push(path);
          await eventually(
            async () => isOver || (await flooding.get(path)).body.status !== 'queued',
            120_000,
          );
        }
      })();
      await eventually(() => sent.length > 0);
      const beside = await medianTime(other);
      const running = await mongo.db.collection('jobs').distinct('requestedBy', { status: 'running' });
      isOver = true;
      await flood;
      console.log(
        `A picture takes ${alone.toFixed(0)} ms alone, ${beside.toFixed(0)} ms beside the heaviest`,
      );
      expect(beside / alone).toBeLessThanOrEqual(3);
      // Otherwise no heavy job was under way.
      expect(running.map(String)).toContain(flooding.id);
    });
  }, 180_000);
});

describe('a picture that takes too much CPU time', () => {
  it('fails its job with advice, is removed, and frees the job worker for the next', async () => {
    const [slow, other] = await Promise.all([buildMember(api), buildMember(api)]);
    const path = await upload(await newPicture('png'), slow);
    // This version accepts no picture that slow, but a decoder may have a flaw of that kind.
    const bytes = { $set: { bytes: slowPicture() } };
    await mongo.db.collection('avatar_originals').updateOne({ userId: new Types.ObjectId(slow.id) }, bytes);
    await withWorker({ JOB_CPU_SECONDS: '1', JOB_CONCURRENCY: '1' }, async (metrics) => {
      const job = await eventually(async () => {
        const { body } = await slow.get(path).expect(200);
        return body.finishedAt && body;
      }, 60_000);
      expect(job).toMatchObject({
        status: 'failed',
        attempts: 1,
        error: expect.stringMatching(/too much CPU time.*fewer pixels, and send it again/) as string,
      });
      expect(await mongo.db.collection('avatar_originals').countDocuments({})).toBe(0);
      expect((await admin.get('/ops/failed-jobs').expect(200)).body).toEqual([]);
      const count = /^taskfleet_job_duration_seconds_count\{.*outcome="over-limit".*\} (\d+)$/m;
      expect(count.exec(await metrics())?.[1]).toBe('1');
      expect(await endedJob(api, other, await upload(await newPicture('png'), other))).toMatchObject({
        status: 'done',
      });
    });
  }, 90_000);
});
