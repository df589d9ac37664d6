import path from 'node:path';
import type { Finding } from '../../../src/doctor/finding';
import { isNear } from '../../../src/lib/is-near';
import { isGuessable, judgeConfiguration } from '../../../src/doctor/judge-configuration';
import { judgeBrokers } from '../../../src/doctor/judge-brokers';
import type { SentinelFacts } from '../../../src/infra/redis/ask-sentinels';
import { report } from '../../../src/doctor/report';
import { judgeMongo, judgeRabbit, judgeRedis } from '../../../src/doctor/judge-servers';
import { judgeTimeOuts, nginxTime, readTimeOuts } from '../../../src/doctor/judge-time-outs';

const root = path.join(__dirname, '..', '..', '..');
const wrongIn = (findings: Finding[]) => findings.filter(({ level }) => level !== 'ok');
const saysOf = (findings: Finding[]) => wrongIn(findings).map(({ level, says }) => `${level} ${says}`);

describe('the order of time-outs', () => {
  const { nginx, pm2 } = readTimeOuts(root, path.join(root, 'none'));

  it('holds for NGINX, PM2 and the workers as configured here', () => {
    expect(nginx).toEqual({ keepAliveMs: 1_000, readMs: 15_000, nextUpstreamMs: 20_000 });
    expect(wrongIn(judgeTimeOuts({ nginx, pm2, drainMs: 1_500 }))).toEqual([]);
  });

  it('is reported for each pair that is wrong or incomplete', () => {
    const found = judgeTimeOuts({
      nginx: { ...nginx!, readMs: 12_000, nextUpstreamMs: NaN },
      pm2: { killMs: 1_600, listenMs: 3_000 },
      drainMs: 1_000,
    });
    expect(saysOf(found)).toEqual([
      expect.stringMatching(/^error a process stops itself \(13 s\) .* kill_timeout .*\(1.6 s\)/),
      expect.stringMatching(/^error a start .* listen_timeout/),
      expect.stringMatching(
        /^warning NGINX's keepalive_timeout .* DRAIN_MS \(1 s\): a reload loses requests/,
      ),
      expect.stringMatching(/^error a request's deadline .* proxy_read_timeout \(12 s\)/),
      expect.stringMatching(/^error NGINX's proxy_read_timeout .* proxy_next_upstream_timeout/),
    ]);
  });

  it('leaves a worker the time that DRAIN_MS adds', () => {
    const found = judgeTimeOuts({ pm2: { killMs: 15_000, listenMs: 30_000 }, drainMs: 60_000 });
    expect(saysOf(found)).toEqual([
      expect.stringMatching(/^error a process stops itself \(72.25 s\) .* kill_timeout .*\(15 s\)/),
    ]);
  });

  it('is read in every notation that NGINX accepts', () => {
    const text = '  a 500ms;\n  b 1m30s;\n  c 60;\n  d 1h 5s;\n';
    expect(['a', 'b', 'c', 'd'].map((name) => nginxTime(text, name))).toEqual([
      500, 90_000, 60_000, 3_605_000,
    ]);
    expect(nginxTime(text, 'e')).toBeNaN();
  });
});

describe('servers', () => {
  const mongo = {
    version: '8.0.4',
    product: undefined as string | undefined,
    latencyMs: 1,
    unsuited: undefined,
    isReplicaSet: true,
    isWritable: true,
    skewMs: 3,
    room: { free: 60e9, size: 100e9 } as { free: number; size: number } | undefined,
  };
  const redis = {
    version: '7.0.15',
    latencyMs: 1,
    skewMs: -3,
    maxMemory: 2 ** 28,
    policy: 'volatile-ttl',
    isPersistent: false,
    isCluster: false,
    role: 'master',
    runId: '0123456789ab',
    replicas: 1,
    sentinels: [] as SentinelFacts[],
  };
  const rabbit = {
    version: '4.1.0',
    latencyMs: 1,
    isThere: true,
    isAsDeclared: true,
    waiting: 0,
    consumers: 1,
    deadLetters: 0,
    alarm: undefined,
  };

  const logs = 'npx pm2 logs taskfleet-worker';

  it('are reported with product and version', () => {
    expect(judgeMongo(mongo)[0]!.says).toBe('version 8.0.4 answers in 1.0 ms');
    expect(judgeMongo({ ...mongo, product: 'SecantusDB 0.5' })[0]!.says).toBe(
      'SecantusDB 0.5, as MongoDB 8.0.4, answers in 1.0 ms',
    );
  });

  it('raise no warning if nothing is wrong', () => {
    expect(
      [...judgeMongo(mongo), ...judgeRedis(redis), ...judgeRabbit(rabbit, logs)].map(({ level }) => level),
    ).toEqual(expect.not.arrayContaining(['warning', 'error']));
  });

  it('are MongoDB itself in production', () => {
    const standIn = { ...mongo, product: 'SecantusDB 0.5' };
    expect(saysOf(judgeMongo(standIn, true))).toEqual([
      'warning SecantusDB 0.5 stands in for MongoDB, to try taskfleet with',
    ]);
    expect(saysOf(judgeMongo(standIn))).toEqual([]);
    expect(saysOf(judgeMongo(mongo, true))).toEqual([]);
  });

  it('must provide what the app relies on', () => {
    expect(saysOf(judgeMongo({ ...mongo, isReplicaSet: false }))).toEqual([
      expect.stringMatching(/^error .*not a replica set/),
    ]);
    expect(saysOf(judgeMongo({ ...mongo, isWritable: false, version: '6.0.9' }))).toEqual([
      expect.stringMatching(/^error .*not the primary/),
      'warning Version 6.0.9 is older than 7.0',
    ]);
    expect(saysOf(judgeMongo({ ...mongo, room: { free: 0.4e9, size: 100e9 } }))).toEqual([
      'error 400 MB are free for database',
    ]);
    expect(saysOf(judgeMongo({ ...mongo, room: { free: 3e9, size: 100e9 } }))).toEqual([
      'warning 3.0 GB are free for database',
    ]);
    expect(saysOf(judgeMongo({ ...mongo, room: undefined }))).toEqual([]);
    expect(saysOf(judgeRabbit({ ...rabbit, consumers: 0, waiting: 4, alarm: 'low on disk' }, logs))).toEqual([
      expect.stringContaining('low on disk'),
      'error No job worker: 4 jobs wait in the queue',
    ]);
    expect(saysOf(judgeRabbit({ ...rabbit, isThere: false }, logs))).toEqual([
      'error The queues of jobs do not exist',
    ]);
    expect(saysOf(judgeRabbit({ ...rabbit, isAsDeclared: false, deadLetters: 2 }, logs))).toEqual([
      expect.stringMatching(/^error .*another kind/),
      expect.stringMatching(/^warning 2 dead letters/),
    ]);
  });

  describe('of a RabbitMQ cluster', () => {
    const brokers = ['h1:5672', 'h2:5672', 'h3:5672'].map((address) => ({ address, hasQueues: true }));
    const members = (count: number, online = count) => [{ queue: 'tf.jobs', members: count, online }];

    it('are judged only if AMQP_URL names several', () => {
      expect(judgeBrokers(brokers.slice(0, 1), members(1))).toEqual([]);
    });

    it('must hold each queue with three members', () => {
      expect(saysOf(judgeBrokers(brokers, members(3)))).toEqual([]);
      expect(saysOf(judgeBrokers(brokers, members(1)))).toEqual([
        'warning tf.jobs has 1 member: it needs 3 to go on without any one broker',
      ]);
      expect(saysOf(judgeBrokers(brokers.slice(1), members(2)))).toEqual([
        'warning tf.jobs has 2 members: it needs 3 to go on without any one broker',
      ]);
      expect(saysOf(judgeBrokers(brokers, members(3, 2)))).toEqual([
        'warning tf.jobs: 2 of 3 members are online',
      ]);
    });

    it('say how to look if the members are unknown', () => {
      const findings = judgeBrokers(
        brokers,
        new Error('the management API at h1:15672 could not be asked (401)'),
      );
      expect(saysOf(findings)).toEqual([
        expect.stringMatching(/^note It is unknown .*, since .*401.*: rabbitmq-queues quorum_status QUEUE/),
      ]);
      expect(report(findings)).toMatch(/\n {2}· It is unknown.*\n\n0 errors, 0 warnings, 1 note, 1 fine\n$/s);
      expect(report(wrongIn(findings))).toMatch(/\n0 errors, 0 warnings, 1 note\n$/);
    });

    it('must all answer and be of one cluster', () => {
      const [first, second] = brokers as [(typeof brokers)[0], (typeof brokers)[0]];
      const away = { address: 'h3:5672', away: 'no connection to h3:5672' };
      expect(saysOf(judgeBrokers([first, { ...second, hasQueues: false }, away], members(3)))).toEqual([
        'warning A broker of AMQP_URL is away: no connection to h3:5672',
        'error The queues of h1:5672 are not known at h2:5672: they are of several clusters',
      ]);
    });
  });

  it('must evict only keys with an expiry', () => {
    const levelOf = (changes: object) => saysOf(judgeRedis({ ...redis, ...changes }));
    expect(levelOf({ policy: 'volatile-lru' })).toEqual([]);
    expect(levelOf({ policy: 'allkeys-lru' })).toEqual([expect.stringMatching(/^warning .*allkeys-lru/)]);
    expect(levelOf({ policy: 'noeviction' })).toEqual([expect.stringMatching(/^error .*noeviction/)]);
    expect(levelOf({ maxMemory: 0 })).toEqual([expect.stringMatching(/^warning maxmemory is not set/)]);
    expect(levelOf({ isPersistent: true })).toEqual([expect.stringMatching(/^warning Redis writes to disk/)]);
  });

  it('must lead to one primary of Redis, and the sentinels to the same', () => {
    const says = (changes: object) => saysOf(judgeRedis({ ...redis, ...changes }));
    const at = (port: number, primary?: string, reason?: string) => ({
      address: `h:${port}`,
      primary,
      reason,
    });
    expect(says({ isCluster: true })).toEqual([
      'error It belongs to a Redis Cluster, which taskfleet does not use',
    ]);
    expect(says({ role: 'slave' })).toEqual(['error It is a replica and takes no writes']);
    expect(says({ sentinels: [at(1, 'r:6379'), at(2, 'r:6379')] })).toEqual([]);
    expect(says({ replicas: 0, sentinels: [at(1, 'r:6379'), at(2, undefined, 'ECONNREFUSED')] })).toEqual([
      'warning No replica could take over',
      'warning The sentinel h:2 does not help: ECONNREFUSED',
    ]);
    expect(says({ sentinels: [at(1, 'r:6379'), at(2, 's:6379')] })).toEqual([
      'warning The sentinels name different primaries: r:6379, s:6379',
    ]);
  });

  it('must have the same time as this host', () => {
    expect(saysOf(judgeMongo({ ...mongo, skewMs: 700 }))).toEqual([
      'warning Its clock is 700 ms ahead of this host’s',
    ]);
    expect(saysOf(judgeRedis({ ...redis, skewMs: -2_500 }))).toEqual([
      'error Its clock is 2500 ms behind this host’s; the maximum is 2000 ms',
    ]);
  });
});

describe('an unwise configuration', () => {
  const good = { MONGO_URL: 'mongodb://h/x', JWT_SECRET: 'hU8-vS2mXqLd0cKz5RtYw1GfBn7JpE4a' };

  it('is reported in production, but not in tests', () => {
    const unwise = { ...good, BCRYPT_COST: '8', JWT_SECRET: 'change-me'.repeat(4), CORS_ORIGINS: '*' };
    expect(saysOf(judgeConfiguration(unwise))).toEqual([
      expect.stringMatching(/^warning BCRYPT_COST is 8/),
      expect.stringMatching(/^warning JWT_SECRET looks like/),
      expect.stringMatching(/^warning CORS_ORIGINS is \*/),
    ]);
    expect(wrongIn(judgeConfiguration({ ...unwise, NODE_ENV: 'test' }))).toEqual([]);
    expect(isGuessable('0123'.repeat(8))).toBe(true);
    expect(isGuessable(good.JWT_SECRET)).toBe(false);
  });

  it('is a name that resembles a variable', () => {
    for (const near of ['BCRYPT_COSTS', 'BCRYT_COST', 'BCRYPT_COTS', 'BCRYPT_C0ST'])
      expect(isNear(near, 'BCRYPT_COST')).toBe(true);
    for (const other of ['BCRYPT_COST_2', 'BCRYPT', 'COST']) expect(isNear(other, 'BCRYPT_COST')).toBe(false);
    expect(judgeConfiguration({ ...good, RATE_LIMITS: '5', POST: 'x', HOME: '/' })).toEqual([
      expect.objectContaining({ level: 'warning', cure: 'Did you mean RATE_LIMIT?' }),
    ]);
  });
});
