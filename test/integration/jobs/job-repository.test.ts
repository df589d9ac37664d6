import { setTimeout as sleep } from 'node:timers/promises';
import { connectMongo, type Mongo } from '../../../src/infra/mongo';
import { createJobRepository, type JobRepository } from '../../../src/jobs/job-repository';
import { dropDatabase, newNamespace } from '../../support/api';
import { mongoUrl } from '../../support/servers';

const namespace = newNamespace();
let mongo: Mongo;
let jobs: JobRepository;
let id: string;

beforeAll(async () => {
  mongo = await connectMongo(mongoUrl(namespace));
  jobs = createJobRepository(mongo.connection);
  await jobs.prepare();
});

beforeEach(async () => {
  const payload = { userId: 'u', digest: 'd', replaces: '' };
  const job = await mongo.transaction((session) =>
    jobs.create({ type: 'resize-avatar', payload, requestedBy: 'a'.repeat(24) }, session),
  );
  id = String(job._id);
});

afterAll(async () => {
  await mongo.close();
  await dropDatabase(namespace);
});

it('gives a due job to one relay and a claim to one worker', async () => {
  expect(await jobs.due(10)).toContain(id);
  const relays = await Promise.all(Array.from({ length: 5 }, () => jobs.takeForPublishing(id, 60_000)));
  expect(relays.filter(Boolean)).toHaveLength(1);
  const claims = await Promise.all(
    Array.from({ length: 5 }, (_, index) => jobs.claim(id, `c${index}`, 60_000)),
  );
  expect(claims.filter(Boolean)).toHaveLength(1);
});

it('lets another worker have the job of one that died, and the dead one no more', async () => {
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

it('doesn’t count an attempt of a worker that stopped in good order', async () => {
  await jobs.claim(id, 'stopping', 60_000);
  await jobs.release(id, 'stopping');
  expect(await jobs.due(10)).toContain(id);
  expect(await jobs.claim(id, 'next', 60_000)).toMatchObject({ attempts: 1 });
});
