import type { MongoFacts } from '../infra/mongo/inspection';
import type { RabbitFacts } from '../infra/rabbit/inspection';
import type { RedisFacts } from '../infra/redis/inspection';
import { findingsOf, inMs, isAtLeast, type Finding } from './finding';
import { judgeClock } from './judge-clock';
import { judgeRoom } from './judge-disks';
import { judgeRedisRole } from './judge-redis-role';

const OLDEST = { mongo: '7.0', redis: '6.2', rabbit: '3.10' };
const SKEW_NOTED_MS = 500;

const report = (version: string, latencyMs: number) => `version ${version} answers in ${inMs(latencyMs)}`;

/** @param isProduction whether the data is to last: PROFILE=production */
export function judgeMongo(facts: MongoFacts, isProduction = false): Finding[] {
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
        'MongoDB is not a replica set, and transactions need one',
        "Start mongod with --replSet taskfleet, then once: mongosh --eval 'rs.initiate()'",
      ),
    );
  else if (facts.unsuited) findings.push(error(facts.unsuited, 'Change MONGO_URL, then npm start'));
  else if (!facts.isWritable)
    findings.push(
      error(
        'It takes no writes, since it is not the primary of its replica set',
        "Run: mongosh --eval 'rs.status()'",
      ),
    );
  else findings.push(ok('a replica set that accepts writes'));
  if (product && isProduction)
    findings.push(
      warning(
        `${product} stands in for MongoDB, to try taskfleet with`,
        'Use MongoDB itself: docs/production.md#mongodb',
      ),
    );
  if (!isAtLeast(version, OLDEST.mongo))
    findings.push(
      warning(
        `Version ${version} is older than ${OLDEST.mongo}`,
        `Upgrade to MongoDB ${OLDEST.mongo} or later`,
      ),
    );
  if (facts.room) findings.push(judgeRoom(['database'], facts.room, 'MongoDB'));
  return [...findings, judgeOwnClock('MongoDB', facts.skewMs)];
}

export function judgeIndexes({ missing, extra }: { missing: string[]; extra: string[] }): Finding[] {
  const { ok, warning, error } = findingsOf('MongoDB');
  if (missing.length + extra.length === 0) return [ok('the indexes match the models')];
  return [
    ...missing.map((index) =>
      error(
        `The index ${index} is missing`,
        'npm run reload (each process creates missing indexes when it starts)',
      ),
    ),
    ...extra.map((index) =>
      warning(
        `The index ${index} belongs to no model and slows down each write`,
        `If nothing else needs it: mongosh "$MONGO_URL" --eval 'db.${index.replace(' ', '.dropIndex("')}")'`,
      ),
    ),
  ];
}

export function judgeRedis(facts: RedisFacts): Finding[] {
  const { ok, warning, error } = findingsOf('Redis');
  const findings = [ok(report(facts.version, facts.latencyMs)), ...judgeRedisRole(facts), judgeMemory(facts)];
  if (!isAtLeast(facts.version, OLDEST.redis))
    findings.push(
      warning(
        `Version ${facts.version} is older than ${OLDEST.redis}`,
        `Upgrade to Redis ${OLDEST.redis} or later`,
      ),
    );
  if (facts.isPersistent)
    findings.push(
      warning(
        'Redis writes to disk, which a cache does not need',
        'redis-cli CONFIG SET save "" and CONFIG SET appendonly no, and the same in redis.conf',
      ),
    );
  return [...findings, judgeOwnClock('Redis', facts.skewMs)];

  function judgeMemory({ maxMemory, policy }: RedisFacts): Finding {
    const cure =
      'redis-cli CONFIG SET maxmemory-policy volatile-ttl, and the same in redis.conf: only cached entries have an expiry';
    if (maxMemory === 0)
      return warning(
        'maxmemory is not set: Redis may use all memory of the host',
        'redis-cli CONFIG SET maxmemory 256mb and maxmemory-policy volatile-ttl, and the same in redis.conf',
      );
    if (policy === 'noeviction')
      return error('maxmemory-policy is noeviction: Redis refuses writes when it is full', cure);
    if (!policy.startsWith('volatile-'))
      return warning(
        `maxmemory-policy is ${policy}: cached entries can evict the counters of limits and failed log-ins`,
        cure,
      );
    return ok(`${Math.round(maxMemory / 2 ** 20)} MB at most, ${policy}`);
  }
}

/** @param logs command that shows the logs of the job workers */
export function judgeRabbit(facts: Omit<RabbitFacts, 'brokers' | 'broker'>, logs: string): Finding[] {
  const { ok, warning, error } = findingsOf('RabbitMQ');
  const findings = [ok(report(facts.version, facts.latencyMs))];
  if (!isAtLeast(facts.version, OLDEST.rabbit))
    findings.push(
      warning(
        `Version ${facts.version} is older than ${OLDEST.rabbit}`,
        `Upgrade to RabbitMQ ${OLDEST.rabbit} or later`,
      ),
    );
  if (facts.alarm !== undefined)
    findings.push(
      error(
        `An alarm blocks publishing: ${facts.alarm}`,
        'Free disk or memory on its host; rabbitmq-diagnostics alarms shows which',
      ),
    );
  if (!facts.isThere)
    return [
      ...findings,
      error('The queues of jobs do not exist', 'Start a job worker, which creates them: npm start'),
    ];
  findings.push(
    facts.isAsDeclared
      ? ok('the queue of jobs is a quorum queue with dead letters')
      : error(
          'The queue of jobs has another kind or other arguments',
          'Stop the job worker, delete the queue (rabbitmqctl delete_queue), npm start: jobs are kept in MongoDB',
        ),
    facts.consumers > 0
      ? ok(
          `${facts.consumers} job worker${facts.consumers > 1 ? 's' : ''}, ${facts.waiting} jobs in the queue`,
        )
      : error(`No job worker: ${facts.waiting} jobs wait in the queue`, `npm start, or ${logs}`),
    facts.deadLetters === 0
      ? ok('no dead letters')
      : warning(
          `${facts.deadLetters} dead letter${facts.deadLetters > 1 ? 's' : ''}: messages that crashed their job worker`,
          'npm run dead-letters lists them; -- --retry retries their jobs, -- --discard discards them',
        ),
  );
  return findings;
}

function judgeOwnClock(group: string, skewMs: number): Finding {
  const differs = judgeClock(group, skewMs, {
    notedMs: SKEW_NOTED_MS,
    whose: 'Its clock',
    than: 'this host’s',
  });
  return differs ?? findingsOf(group).ok(`its clock differs from this host’s by ${inMs(Math.abs(skewMs))}`);
}
