import type { MongoFacts } from '../infra/mongo/inspection';
import type { RabbitFacts } from '../infra/rabbit/inspection';
import type { RedisFacts } from '../infra/redis/inspection';
import { diskLevel, inUnits } from '../lib/disk-level';
import { findingsOf, inMs, isAtLeast, type Finding } from './finding';

const OLDEST = { mongo: '7.0', redis: '6.2', rabbit: '3.10' };
/** By how much the clocks of hosts may differ: SKEW_MS of notices/notice-board.ts. */
const SKEW_MS = 2_000;
const SKEW_NOTED_MS = 500;

const report = (version: string, latencyMs: number) => `version ${version} answers in ${inMs(latencyMs)}`;

export function judgeMongo(facts: MongoFacts): Finding[] {
  const { ok, warning, error } = findingsOf('MongoDB');
  const { product, version, latencyMs } = facts;
  const findings = [
    ok(
      product
        ? `${product}, as MongoDB ${version}, answers in ${inMs(latencyMs)}`
        : report(version, latencyMs),
    ),
  ];
  if (!facts.isReplicaSet)
    findings.push(
      error(
        'It is no replica set: without one there are no transactions',
        "Start mongod with --replSet taskfleet, then once: mongosh --eval 'rs.initiate()'",
      ),
    );
  else if (!facts.isWritable)
    findings.push(
      error('It takes no writes: it is not the primary', "Look at: mongosh --eval 'rs.status()'"),
    );
  else findings.push(ok('a replica set that takes writes'));
  if (!isAtLeast(version, OLDEST.mongo))
    findings.push(warning(`It is older than ${OLDEST.mongo}`, `Upgrade to MongoDB ${OLDEST.mongo} or later`));
  if (facts.room) findings.push(judgeRoom(facts.room));
  return [...findings, judgeClock('MongoDB', facts.skewMs)];

  function judgeRoom(room: NonNullable<MongoFacts['room']>): Finding {
    const says = `${inUnits(room.free)} are free on its disk`;
    const level = diskLevel(room);
    if (level === 'ok') return ok(says);
    const cure = 'Free some, or give it a larger disk: below DISK_RESERVE_MB writes are refused with 507';
    return (level === 'error' ? error : warning)(says, cure);
  }
}

export function judgeIndexes({ missing, extra }: { missing: string[]; extra: string[] }): Finding[] {
  const { ok, warning, error } = findingsOf('MongoDB');
  if (missing.length + extra.length === 0) return [ok('the indexes are those of the models')];
  return [
    ...missing.map((index) =>
      error(
        `The index ${index} is missing`,
        'npm run reload (each process makes what is missing as it starts)',
      ),
    ),
    ...extra.map((index) =>
      warning(
        `The index ${index} is no model's: each write pays for it`,
        `Where nothing else needs it: mongosh "$MONGO_URL" --eval 'db.${index.replace(' ', '.dropIndex("')}")'`,
      ),
    ),
  ];
}

export function judgeRedis(facts: RedisFacts): Finding[] {
  const { ok, warning, error } = findingsOf('Redis');
  const findings = [ok(report(facts.version, facts.latencyMs)), judgeMemory(facts)];
  if (!isAtLeast(facts.version, OLDEST.redis))
    findings.push(warning(`It is older than ${OLDEST.redis}`, `Upgrade to Redis ${OLDEST.redis} or later`));
  if (facts.isPersistent)
    findings.push(
      warning(
        'It writes to disk, which a cache has no use for',
        'redis-cli CONFIG SET save "" and CONFIG SET appendonly no, and the same in redis.conf',
      ),
    );
  return [...findings, judgeClock('Redis', facts.skewMs)];

  function judgeMemory({ maxMemory, policy }: RedisFacts): Finding {
    const cure =
      'redis-cli CONFIG SET maxmemory-policy volatile-ttl, and the same in redis.conf: only what is cached has an expiry';
    if (maxMemory === 0)
      return warning(
        'maxmemory is not set: it may take all the memory there is',
        'redis-cli CONFIG SET maxmemory 256mb and maxmemory-policy volatile-ttl, and the same in redis.conf',
      );
    if (policy === 'noeviction')
      return error('maxmemory-policy is noeviction: once it is full, writes are refused', cure);
    if (!policy.startsWith('volatile-'))
      return warning(
        `maxmemory-policy is ${policy}: what is cached can push out the counters of limits and of failed log-ins`,
        cure,
      );
    return ok(`${Math.round(maxMemory / 2 ** 20)} MB at the most, ${policy}`);
  }
}

export function judgeRabbit(facts: RabbitFacts): Finding[] {
  const { ok, warning, error } = findingsOf('RabbitMQ');
  const findings = [ok(report(facts.version, facts.latencyMs))];
  if (!isAtLeast(facts.version, OLDEST.rabbit))
    findings.push(
      warning(`It is older than ${OLDEST.rabbit}`, `Upgrade to RabbitMQ ${OLDEST.rabbit} or later`),
    );
  if (facts.alarm !== undefined)
    findings.push(
      error(
        `An alarm stops what is published: ${facts.alarm}`,
        'Free disk or memory where it runs; rabbitmq-diagnostics alarms tells which',
      ),
    );
  if (!facts.isThere)
    return [
      ...findings,
      error('The queues of jobs are not there', 'Start a job worker, which makes them: npm start'),
    ];
  findings.push(
    facts.isAsDeclared
      ? ok('the queue of jobs is a quorum queue with dead letters')
      : error(
          'The queue of jobs is of another kind or has other arguments',
          'Stop the job worker, delete the queue (rabbitmqctl delete_queue), npm start: jobs are kept in MongoDB',
        ),
    facts.consumers > 0
      ? ok(
          `${facts.consumers} job worker${facts.consumers > 1 ? 's' : ''}, ${facts.waiting} jobs in the queue`,
        )
      : error(
          `No job worker: ${facts.waiting} jobs wait in the queue`,
          'npm start, or npx pm2 logs taskfleet-worker',
        ),
    facts.deadLetters === 0
      ? ok('no dead letters')
      : warning(
          `${facts.deadLetters} dead letter${facts.deadLetters > 1 ? 's' : ''}: jobs that took their worker down`,
          'npm run dead-letters shows them; -- --retry tries their jobs again, -- --discard gives them up',
        ),
  );
  return findings;
}

function judgeClock(group: string, skewMs: number): Finding {
  const { ok, warning, error } = findingsOf(group);
  const apart = Math.abs(skewMs);
  if (apart < SKEW_NOTED_MS) return ok(`its clock and ours are ${inMs(apart)} apart`);
  const says = `Its clock is ${inMs(apart)} ${skewMs > 0 ? 'ahead of' : 'behind'} ours`;
  const cure = 'Let both hosts keep their time by NTP (timedatectl set-ntp true)';
  return apart < SKEW_MS ? warning(says, cure) : error(`${says}; ${inMs(SKEW_MS)} is the most`, cure);
}
