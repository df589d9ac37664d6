import { randomBytes } from 'node:crypto';
import sharp from 'sharp';
import { createJobRepository } from '../../../src/jobs/job-repository';
import { startWorker } from '../../support/api';
import { type Account, as, buildMember, endedJob, knows } from '../../support/factories';
import { damagedPicture, newPicture } from '../../support/pictures';
import { eventually } from '../../support/wait';
import { use } from '../../support/use';
import { useAdmin, useApis, useMongo } from '../../support/use-api';

/** Two API workers that keep at most three pictures, or 5 MB, for a job worker that each test starts itself. */
const [one, other] = useApis({ UPLOADS_WAITING: '3', UPLOADS_WAITING_MB: '5' });
const mongo = useMongo(one);
const admin = useAdmin(one);
const jobs = use(() => createJobRepository(mongo.connection));

beforeEach(async () => {
  for (const name of ['jobs', 'avatars', 'avatar_originals']) await mongo.db.collection(name).deleteMany({});
});

const upload = (by: Account, picture: Buffer, api = one) =>
  as(api, by).put(`/users/${by.id}/avatar`).type('image/png').send(picture);

const jobOf = async (by: Account, id: string) => (await by.get(`/jobs/${id}`).expect(200)).body;

const ended = (by: Account, id: string) => endedJob(one, by, `/jobs/${id}`);

async function withWorker(work: () => Promise<void>): Promise<void> {
  const worker = await startWorker(one.namespace);
  try {
    await work();
  } finally {
    await worker.close(1_000);
  }
}

const originals = async () =>
  (await mongo.db.collection('avatar_originals').find().toArray()).map(({ _id }) => String(_id));

const failedJobs = async () =>
  (await admin.get('/ops/failed-jobs').expect(200)).body.map(({ _id }: { _id: string }) => _id);

/** Fails the job as a job worker does after the last attempt, though another one may succeed. */
async function failForNow(id: string): Promise<void> {
  await jobs.claim(id, 'test', 60_000);
  await mongo.transaction((session) => jobs.fail(id, 'test', 'It failed.', session));
}

/** 2.9 MB that nothing compresses. */
const largePicture = () =>
  sharp(randomBytes(980 * 980 * 3), { raw: { width: 980, height: 980, channels: 3 } })
    .png()
    .toBuffer();

describe('the original of a user', () => {
  it('is the newest: an earlier one is removed, and its job names the replacement', async () => {
    const ada = await buildMember(one);
    const ids: string[] = [];
    for (const api of [one, other, one])
      ids.push((await upload(ada, await newPicture('png'), api).expect(202)).body._id);
    expect(await originals()).toEqual([ids[2]]);
    const [first, second] = await Promise.all([jobOf(ada, ids[0]!), jobOf(ada, ids[1]!)]);
    expect(first).toMatchObject({ status: 'done', attempts: 0, error: null });
    expect(first.result).toEqual({ shown: false, replacedBy: ids[1] });
    expect(second.result).toEqual({ shown: false, replacedBy: ids[2] });
    await withWorker(async () => {
      expect(await ended(ada, ids[2]!)).toMatchObject({ status: 'done', result: { shown: true } });
    });
    expect(await originals()).toEqual([]);
    expect(await jobOf(ada, ids[0]!)).toEqual(first);
  });

  it('is a single one even after simultaneous uploads', async () => {
    const ada = await buildMember(one);
    const pictures = await Promise.all(Array.from({ length: 6 }, () => newPicture('png')));
    const answers = await Promise.all(
      pictures.map((picture, index) => upload(ada, picture, index % 2 ? one : other)),
    );
    const accepted = answers.filter(({ status }) => status === 202).map(({ body }) => body._id as string);
    expect(accepted.length).toBeGreaterThan(0);
    expect(await originals()).toHaveLength(1);
    await withWorker(async () => {
      const results = await Promise.all(accepted.map((id) => ended(ada, id)));
      expect(results.map(({ status }) => status)).toEqual(accepted.map(() => 'done'));
      expect(results.filter(({ result }) => result.shown)).toHaveLength(1);
    });
  });

  it('is removed even if its job has begun, which then ends and leaves no file', async () => {
    const ada = await buildMember(one);
    const first = (await upload(ada, await newPicture('png')).expect(202)).body._id as string;
    expect(await jobs.claim(first, 'another', 60_000)).not.toBeNull();
    const second = (await upload(ada, await newPicture('png')).expect(202)).body._id as string;
    expect(await originals()).toEqual([second]);
    expect((await jobOf(ada, first)).status).toBe('running');
    await jobs.release(first, 'another');
    await withWorker(async () => {
      expect((await ended(ada, first)).result).toEqual({ shown: false, replacedBy: second });
      expect((await ended(ada, second)).result).toMatchObject({ shown: true });
    });
    const files = await mongo.db.collection('avatar_files.files').distinct('metadata.jobId', {
      'metadata.userId': ada.id,
    });
    expect(files).toEqual([second]);
  });
});

describe('a damaged picture', () => {
  it.each(['png', 'jpeg'] as const)(
    'goes with its job at once, and is on no list of an Admin (%s)',
    async (format) => {
      const ada = await buildMember(one);
      const { body } = await upload(ada, await damagedPicture(format)).expect(202);
      await withWorker(async () => {
        expect(await ended(ada, body._id)).toMatchObject({ status: 'failed', attempts: 1 });
      });
      expect(await originals()).toEqual([]);
      expect(await failedJobs()).toEqual([]);
      await admin.post(`/ops/failed-jobs/${body._id}/retry`).expect(409);
    },
  );

  it('frees its room: ten in turn are all accepted', async () => {
    const accounts = await Promise.all(Array.from({ length: 10 }, () => buildMember(one)));
    await withWorker(async () => {
      for (const by of accounts) {
        const { body } = await upload(by, await damagedPicture('png')).expect(202);
        await ended(by, body._id);
      }
    });
    expect(await originals()).toEqual([]);
  });
});

describe('the quota of all users', () => {
  it('is not exceeded by simultaneous uploads on several workers', async () => {
    const accounts = await Promise.all(Array.from({ length: 6 }, () => buildMember(one)));
    const answers = await Promise.all(
      accounts.map(async (by, index) => upload(by, await newPicture('png'), index % 2 ? one : other)),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 202, 202, 507, 507, 507]);
    expect(await originals()).toHaveLength(3);
    const refused = answers.find(({ status }) => status === 507)!;
    expect(refused.body).toMatchObject({ type: '/problems/insufficient-storage', status: 507 });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    // The refused upload left no trace.
    expect(await mongo.db.collection('jobs').countDocuments()).toBe(3);

    const has = accounts[answers.findIndex(({ status }) => status === 202)]!;
    const lacks = accounts[answers.findIndex(({ status }) => status === 507)]!;
    await upload(has, await newPicture('png')).expect(202);
    await withWorker(async () => {
      await eventually(async () => (await originals()).length === 0);
    });
    await upload(lacks, await newPicture('png')).expect(202);
  });

  it('counts bytes', async () => {
    const [ada, bob] = await Promise.all([buildMember(one), buildMember(one)]);
    await upload(ada, await largePicture()).expect(202);
    await upload(bob, await largePicture(), other).expect(507);
    await upload(bob, await newPicture('png'), other).expect(202);
    // A new upload replaces the user's own.
    await upload(ada, await largePicture(), other).expect(202);
  });

  it('frees the room of a removed user, a discarded job or an expired picture', async () => {
    const upTo = async () => {
      const by = await buildMember(one);
      return { by, id: (await upload(by, await largePicture()).expect(202)).body._id as string };
    };
    const gone = await upTo();
    await gone.by.delete(`/users/${gone.by.id}`, knows(gone.by)).expect(204);
    const failed = await upTo();
    await failForNow(failed.id);
    await admin.delete(`/ops/failed-jobs/${failed.id}`).expect(204);
    expect(await originals()).toEqual([]);
    await upTo();
    const past = { $set: { 'waiting.until': new Date(Date.now() - 1_000) } };
    await mongo.db.collection('avatars').updateMany({}, past);
    await upTo();
  });
});

describe('stored originals', () => {
  it('keeps the picture of a job that may succeed later, counted, for a retry', async () => {
    const [ada, bob] = await Promise.all([buildMember(one), buildMember(one)]);
    const { body } = await upload(ada, await largePicture()).expect(202);
    await failForNow(body._id);
    expect(await failedJobs()).toEqual([body._id]);
    await upload(bob, await largePicture()).expect(507);
    await admin.post(`/ops/failed-jobs/${body._id}/retry`).expect(202);
    await withWorker(async () => {
      expect(await ended(ada, body._id)).toMatchObject({ status: 'done', result: { shown: true } });
    });
    await upload(bob, await largePicture()).expect(202);
  });
});
