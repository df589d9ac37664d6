import { randomBytes } from 'node:crypto';
import { composeDeadLetters, composeFailedJobs } from '../../../src/compose/jobs';
import { createRepositories } from '../../../src/compose/store';
import { declareJobQueues, jobQueueNames } from '../../../src/infra/rabbit/rabbit';
import amqp, { type ConfirmChannel } from 'amqplib';
import { serverUrl } from '../../support/servers';
import { use } from '../../support/use';
import { useMongo } from '../../support/use-api';

const mongo = useMongo();
const amqpUrl = serverUrl('AMQP_URL');
const admin = '1'.repeat(24);
const unknown = 'a'.repeat(24);
/** Longer than a job id. */
const foreign = 'no job '.repeat(50);
const store = use(() => ({ ...createRepositories(mongo.connection), mongo }));
const deadLetters = use(() => composeDeadLetters({ url: amqpUrl }, mongo.namespace, store));
let channel: ConfirmChannel;
use(
  async () => {
    const rabbit = await amqp.connect(amqpUrl);
    channel = await rabbit.createConfirmChannel();
    await declareJobQueues(channel, mongo.namespace);
    return rabbit;
  },
  async (rabbit) => {
    for (const queue of Object.values(jobQueueNames(mongo.namespace))) await channel.deleteQueue(queue);
    await rabbit.close();
  },
);

/** One for each user, since only a user's newest picture is kept. */
async function newJob({ hasPicture = true } = {}): Promise<string> {
  const userId = randomBytes(12).toString('hex');
  const payload = { userId, digest: 'd', replaces: '' };
  return mongo.transaction(async (session) => {
    const job = await store.jobs.create({ type: 'resize-avatar', payload, requestedBy: admin }, session);
    const id = String(job._id);
    const upload = { userId, digest: 'd', jobId: id };
    if (hasPicture) await store.avatars.keepUpload(upload, Buffer.from('picture'), session);
    return id;
  });
}

async function failedJob(options?: { hasPicture: boolean }): Promise<string> {
  const id = await newJob(options);
  await store.jobs.claim(id, 'test', 60_000);
  await mongo.transaction((session) => store.jobs.fail(id, 'test', 'It failed.', session));
  return id;
}

async function putAside(...contents: string[]): Promise<void> {
  const { dead } = jobQueueNames(mongo.namespace);
  for (const content of contents) channel.sendToQueue(dead, Buffer.from(content));
  await channel.waitForConfirms();
}

const statusOf = async (id: string) => (await store.jobs.byId(id))?.status;

describe('the dead letters', () => {
  it('retries failed jobs, leaves others as they are, and keeps letters that it cannot settle', async () => {
    const [failed, waiting, bare] = [
      await failedJob(),
      await newJob(),
      await failedJob({ hasPicture: false }),
    ];
    // RabbitMQ may dead-letter a message more than once.
    await putAside(failed, failed, waiting, bare, unknown, foreign);
    expect((await deadLetters.list()).map(({ job }) => job?.status)).toEqual([
      'failed',
      'failed',
      'queued',
      'failed',
      undefined,
      undefined,
    ]);
    expect(await deadLetters.settle('retry')).toEqual({ retried: 1, discarded: 0, over: 3, kept: 2 });
    expect(await Promise.all([failed, waiting, bare].map(statusOf))).toEqual(['queued', 'queued', 'failed']);
    expect((await deadLetters.list()).map(({ id }) => id)).toEqual([bare, foreign.slice(0, 100)]);
    expect(await deadLetters.settle('discard')).toEqual({ retried: 0, discarded: 1, over: 1, kept: 0 });
    expect(await deadLetters.list()).toEqual([]);
    expect(await composeFailedJobs(store).list()).toEqual([]);
  });

  it('settles each letter once if two people do it at the same moment', async () => {
    const ids = [await failedJob(), await failedJob(), await failedJob()];
    await putAside(...ids);
    const both = await Promise.all([deadLetters.settle('retry'), deadLetters.settle('retry')]);
    expect(both.reduce((sum, { retried }) => sum + retried, 0)).toBe(3);
    expect(await Promise.all(ids.map(statusOf))).toEqual(['queued', 'queued', 'queued']);
    expect(await deadLetters.list()).toEqual([]);
  });
});
