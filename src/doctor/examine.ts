import { configSchema } from '../config/schema';
import { compareIndexes, inspectMongo, openMongo } from '../infra/mongo/inspection';
import { inspectRabbit } from '../infra/rabbit/inspection';
import { inspectRedis } from '../infra/redis/inspection';
import { noAnswerIn, reasonOf } from '../lib/server-away';
import { requireWithin } from '../lib/deadline';
import { findingsOf, inMs, type Finding } from './finding';
import { judgeConfiguration } from './judge-configuration';
import { judgeIndexes, judgeMongo, judgeRabbit, judgeRedis } from './judge-servers';
import { judgeTimeOuts, type TimeOuts } from './judge-time-outs';

type Connection = Awaited<ReturnType<typeof openMongo>>;

/** Time limit for each question to a server. */
const LIMIT_MS = 2_000;
/** The relay polls four times a second, and retries after ten seconds. */
const OVERDUE_MS = 30_000;

export interface Examined {
  env: NodeJS.ProcessEnv;
  timeOuts: Omit<TimeOuts, 'drainMs'>;
  /** Creates the models on a connection. */
  createRepositories: (connection: Connection) => {
    jobs: { overdue(): Promise<{ count: number; since: Date | undefined }> };
    notices: { inForce(): Promise<{ cacheOffUntil: Date | undefined; revoked: number }> };
  };
}

/** Checks the configuration and the servers that a process with this environment would use; changes nothing. */
export async function examine({ env, timeOuts, createRepositories }: Examined): Promise<Finding[]> {
  const value = <T extends keyof typeof configSchema.shape>(name: T) =>
    configSchema.shape[name].safeParse(env[name] || undefined).data;
  const [mongoUrl, redisUrl, amqpUrl] = [
    value('MONGO_URL'),
    value('REDIS_URL'),
    value('AMQP_URL'),
  ] as string[];
  const prefix = (value('KEY_PREFIX') as string | undefined) ?? 'taskfleet';
  const drainMs = (value('DRAIN_MS') as number | undefined) ?? NaN;

  const servers = await Promise.all([
    mongoUrl ? examineMongo(mongoUrl, createRepositories) : [],
    redisUrl
      ? asked('Redis', 'REDIS_URL', inspectRedis(redisUrl, LIMIT_MS).then(judgeRedis))
      : [notSet('Redis', 'REDIS_URL', 'nothing is cached')],
    amqpUrl
      ? asked('RabbitMQ', 'AMQP_URL', inspectRabbit(amqpUrl, prefix, LIMIT_MS).then(judgeRabbit))
      : [notSet('RabbitMQ', 'AMQP_URL', 'no job worker can start')],
  ]);
  const order = Number.isNaN(drainMs) ? [] : judgeTimeOuts({ ...timeOuts, drainMs });
  return [...judgeConfiguration(env), ...order, ...servers.flat()];
}

const notSet = (group: string, variable: string, lost: string) =>
  findingsOf(group).warning(
    `${variable} is not set: ${lost}`,
    `Set it, or let \`npm start\` find or start a server`,
  );

/** Returns the findings of `work`, or one finding that the server can't be asked. */
async function asked(group: string, variable: string, work: Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await requireWithin(work, LIMIT_MS, noAnswerIn(LIMIT_MS));
  } catch (problem) {
    const says = `It can't be asked: ${reasonOf(problem)}`;
    const cure = `For a server of this stack run npm start (npm stop first if it hangs); for another check ${variable}`;
    return [findingsOf(group).error(says, cure)];
  }
}

async function examineMongo(
  url: string,
  createRepositories: Examined['createRepositories'],
): Promise<Finding[]> {
  let connection: Connection | undefined;
  const about = await asked(
    'MongoDB',
    'MONGO_URL',
    openMongo(url, LIMIT_MS).then(async (opened) => {
      connection = opened;
      return judgeMongo(await inspectMongo(opened));
    }),
  );
  if (!connection || about.length === 1) return about;
  const { jobs, notices } = createRepositories(connection);
  const inside = await Promise.all([
    asked('MongoDB', 'MONGO_URL', compareIndexes(connection).then(judgeIndexes)),
    asked('Jobs', 'MONGO_URL', jobs.overdue().then(judgeOutbox)),
    asked('Notices', 'MONGO_URL', notices.inForce().then(judgeNotices)),
  ]);
  void connection.close().catch(() => {});
  return [...about, ...inside.flat()];
}

function judgeOutbox({ count, since }: { count: number; since: Date | undefined }): Finding[] {
  const { ok, warning } = findingsOf('Jobs');
  const waitsMs = since ? Date.now() - since.getTime() : 0;
  if (waitsMs < OVERDUE_MS) return [ok(`${count} jobs wait to be published`)];
  return [
    warning(
      `${count} jobs wait to be published, the oldest for ${Math.round(waitsMs / 1_000)} s`,
      'They run when RabbitMQ and a job worker are up: npx pm2 logs taskfleet-worker',
    ),
  ];
}

function judgeNotices({ cacheOffUntil, revoked }: { cacheOffUntil: Date | undefined; revoked: number }) {
  const { ok, warning } = findingsOf('Notices');
  const revocations = ok(`${revoked} removed user${revoked === 1 ? '' : 's'} whose tokens are refused`);
  if (!cacheOffUntil) return [revocations];
  const left = inMs(cacheOffUntil.getTime() - Date.now());
  const cure = 'It returns by itself; if it goes off repeatedly, check Redis and the network to it';
  return [
    revocations,
    warning(`The cache is off for all workers, for ${left} more: Redis did not confirm a change`, cure),
  ];
}
