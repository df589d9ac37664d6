import { createJobRepository } from '../../../src/jobs/job-repository';
import { startWorker } from '../../support/api';
import { endedJob } from '../../support/factories';
import { newPicture } from '../../support/pictures';
import { use } from '../../support/use';
import { useAdmin, useApi, useMongo } from '../../support/use-api';

const api = useApi();
const mongo = useMongo(api);
const admin = useAdmin(api);
const jobs = use(() => createJobRepository(mongo.connection));

/** Fails a job as a job worker does. */
async function fail(id: string): Promise<string> {
  await jobs.claim(id, 'test', 60_000);
  await mongo.transaction((session) => jobs.fail(id, 'test', 'It failed.', session));
  return id;
}

async function failedUpload(): Promise<string> {
  const upload = admin.put(`/users/${admin.id}/avatar`).type('image/png');
  const { body } = await upload.send(await newPicture('png')).expect(202);
  return fail(body._id);
}

async function failedWithoutPicture(): Promise<string> {
  const payload = { userId: admin.id, digest: 'd', replaces: '' };
  const job = await mongo.transaction((session) =>
    jobs.create({ type: 'resize-avatar', payload, requestedBy: admin.id }, session),
  );
  return fail(String(job._id));
}

async function listed(): Promise<string[]> {
  const { body } = await admin.get('/ops/failed-jobs').expect(200);
  return body.map(({ _id }: { _id: string }) => _id);
}

const retry = (id: string) => admin.post(`/ops/failed-jobs/${id}/retry`);
const discard = (id: string) => admin.delete(`/ops/failed-jobs/${id}`);

describe('a failed job', () => {
  it('tries a job again, once of two that press at the same moment, and it gets done', async () => {
    const id = await failedUpload();
    expect(await listed()).toEqual([id]);
    const answers = await Promise.all([retry(id), retry(id)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 409]);
    expect(await listed()).toEqual([]);
    const worker = await startWorker(api.namespace);
    try {
      expect(await endedJob(api, admin, `/jobs/${id}`)).toMatchObject({
        status: 'done',
        attempts: 1,
        error: null,
      });
    } finally {
      await worker.close(1_000);
    }
  });

  it('discards a job, which is then neither listed nor tried again', async () => {
    const id = await failedUpload();
    const answers = await Promise.all([discard(id), discard(id)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 409]);
    expect(await listed()).toEqual([]);
    await retry(id).expect(409);
    const { body } = await admin.get(`/jobs/${id}`).expect(200);
    expect(body).toMatchObject({ status: 'failed', error: 'It failed.' });
  });

  it('does one of retry and discard at the same moment', async () => {
    const id = await failedUpload();
    const [again, gone] = await Promise.all([retry(id), discard(id)]);
    const { body } = await admin.get(`/jobs/${id}`).expect(200);
    expect([again.status, gone.status, body.status]).toEqual(
      again.status === 202 ? [202, 409, 'queued'] : [409, 204, 'failed'],
    );
  });

  it('refuses to retry a job whose picture is gone', async () => {
    const id = await failedWithoutPicture();
    const { body } = await retry(id).expect(409);
    expect(body.detail).toMatch(/gone/);
    expect(await listed()).toEqual([id]);
    await discard(id).expect(204);
    await retry('0'.repeat(24)).expect(404);
  });
});
