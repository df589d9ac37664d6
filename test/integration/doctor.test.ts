import { createServer, type Server, type Socket } from 'node:net';
import amqp from 'amqplib';
import Redis from 'ioredis';
import { createRepositories } from '../../src/compose/store';
import { runChecks } from '../../src/doctor/check';
import { checksOf } from '../../src/doctor/checks';
import { judgeConfiguration } from '../../src/doctor/judge-configuration';
import type { Finding } from '../../src/doctor/finding';
import { connectMongo } from '../../src/infra/mongo/mongo';
import { openDeadLetters } from '../../src/infra/rabbit/dead-letters';
import { declareJobQueues, jobQueueNames } from '../../src/infra/rabbit/rabbit';
import { dropDatabase, newNamespace } from '../support/api';
import { mongoUrl, serverUrl } from '../support/servers';
import { useRedis } from '../support/use-api';
import { listen, portOf } from '../support/listen';

const redis = useRedis();
const prefix = newNamespace();
const env = {
  NODE_ENV: 'production',
  MONGO_URL: mongoUrl(prefix),
  REDIS_URL: serverUrl('REDIS_URL'),
  AMQP_URL: serverUrl('AMQP_URL'),
  KEY_PREFIX: prefix,
  JWT_SECRET: 'hU8-vS2mXqLd0cKz5RtYw1GfBn7JpE4a',
};
const timeOuts = () => ({ pm2: { killMs: 15_000, listenMs: 30_000 } });
async function look(changes: Record<string, string> = {}) {
  const changed = { ...env, ...changes };
  const checks = checksOf({ env: changed, timeOuts, createRepositories });
  return [...judgeConfiguration(changed), ...(await runChecks(checks))];
}
const wrongIn = (findings: Finding[]) =>
  findings.flatMap(({ group, level, says }) => (level === 'ok' ? [] : `${group} ${level}: ${says}`));

const held: Socket[] = [];
let silent: Server;
let model: amqp.ChannelModel;

beforeAll(async () => {
  const mongo = await connectMongo(env.MONGO_URL);
  await Promise.all(Object.values(createRepositories(mongo.connection)).map((one) => one.prepare()));
  await mongo.close();
  model = await amqp.connect(env.AMQP_URL);
  const channel = await model.createChannel();
  await declareJobQueues(channel, prefix);
  await channel.consume(jobQueueNames(prefix).queue, () => {});
  silent = createServer((socket) => held.push(socket));
  await listen(silent);
});

afterAll(async () => {
  const channel = await model.createChannel();
  for (const queue of Object.values(jobQueueNames(prefix))) await channel.deleteQueue(queue);
  await model.close();
  for (const socket of held) socket.destroy();
  silent.close();
  await dropDatabase(prefix);
});

describe('the doctor', () => {
  it('finds no fault if nothing is wrong', async () => {
    const findings = await look();
    expect(wrongIn(findings)).toEqual([]);
    for (const group of ['Configuration', 'Time-outs', 'MongoDB', 'Redis', 'RabbitMQ', 'Jobs', 'Notices'])
      expect(findings.map((finding) => finding.group)).toContain(group);
  });

  it('finds indexes that are missing and that are nobody’s', async () => {
    const mongo = await connectMongo(env.MONGO_URL);
    const jobs = mongo.connection.db!.collection('jobs');
    await jobs.dropIndex('publishAt_1');
    await jobs.createIndex({ nobody: 1 });
    expect(wrongIn(await look())).toEqual([
      'MongoDB error: The index jobs {"publishAt":1} is missing',
      'MongoDB warning: The index jobs nobody_1 belongs to no model and slows down each write',
    ]);
    await createRepositories(mongo.connection).jobs.prepare();
    await jobs.dropIndex('nobody_1');
    await mongo.close();
  });

  it('finds jobs that nobody publishes, and a cache that is off', async () => {
    const mongo = await connectMongo(env.MONGO_URL);
    const { jobs, notices } = createRepositories(mongo.connection);
    const payload = { userId: 'u', digest: 'd', replaces: '' };
    const job = await mongo.transaction((session) =>
      jobs.create({ type: 'resize-avatar', payload, requestedBy: 'a'.repeat(24) }, session),
    );
    const stored = mongo.connection.db!.collection('jobs');
    await stored.updateOne({ _id: job._id }, { $set: { publishAt: new Date(Date.now() - 100_000) } });
    await notices.postCacheOff(new Date(Date.now() + 60_000));
    expect(wrongIn(await look())).toEqual([
      expect.stringMatching(/^Jobs warning: 1 jobs wait to be published, the oldest for 1\d\d s/),
      expect.stringMatching(/^Notices warning: The cache is off/),
    ]);
    await stored.deleteMany({});
    await mongo.connection.db!.collection('notices').deleteMany({});
    await mongo.close();
  });

  it('finds a Redis that evicts what it shouldn’t', async () => {
    const client = new Redis(redis.url);
    await client.config('SET', 'maxmemory', '64mb');
    const found = async (policy: string) => {
      await client.config('SET', 'maxmemory-policy', policy);
      return wrongIn(await look({ REDIS_URL: redis.url }));
    };
    expect(await found('noeviction')).toEqual([expect.stringMatching(/^Redis error: .*noeviction/)]);
    expect(await found('allkeys-lru')).toEqual([expect.stringMatching(/^Redis warning: .*allkeys-lru/)]);
    expect(await found('volatile-lfu')).toEqual([]);
    client.disconnect();
  });

  it('counts dead letters', async () => {
    const { dead } = jobQueueNames(prefix);
    const channel = await model.createConfirmChannel();
    channel.sendToQueue(dead, Buffer.from('a'.repeat(24)));
    await channel.waitForConfirms();
    expect(wrongIn(await look())).toEqual([expect.stringMatching(/^RabbitMQ warning: 1 dead letter:/)]);
    const letters = await openDeadLetters({ url: env.AMQP_URL }, prefix);
    (await letters.take()).forEach(letters.drop);
    await letters.close();
    expect(wrongIn(await look())).toEqual([]);
  });

  it('makes no queue that is not there, and names every wrong variable', async () => {
    const findings = await look({
      KEY_PREFIX: `${prefix}-none`,
      BCRYPT_COST: '99',
      API_WORKERS: 'abc',
      BALANCING: 'x',
    });
    expect(wrongIn(findings)).toEqual([
      'Configuration error: API_WORKERS is "abc"; it can be a whole number from 1 to 500.',
      'Configuration error: BCRYPT_COST is "99"; it can be a whole number from 4 to 15.',
      'Configuration error: BALANCING is "x"; it can be round-robin, least-connections, response-time.',
      'RabbitMQ error: The queues of jobs do not exist',
    ]);
    const channel = await model.createChannel();
    channel.on('error', () => {});
    await expect(channel.checkQueue(`${prefix}-none.jobs`)).rejects.toThrow('NOT_FOUND');
  });

  it('gives up on servers that take connections and never answer', async () => {
    const port = portOf(silent);
    const findings = await look({
      MONGO_URL: `mongodb://127.0.0.1:${port}/x`,
      REDIS_URL: `redis://127.0.0.1:${port}`,
      AMQP_URL: `amqp://127.0.0.1:${port}`,
    });
    expect(wrongIn(findings)).toEqual(
      ['MongoDB', 'Redis', 'RabbitMQ'].map(
        (group) =>
          `${group} error: ${group} cannot be checked: no answer from 127.0.0.1:${port} in time, though something takes connections there`,
      ),
    );
  });
});
