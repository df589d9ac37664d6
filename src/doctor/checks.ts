import { pm2Call, pm2NameOf, prefixOf } from '../command-line/pm2-call';
import { withFiles } from '../config/secret-files';
import { isProduction } from '../config/profile';
import { configSchema } from '../config/schema';
import { inspectRedis } from '../infra/redis/inspection';
import { defaultRunDir } from '../lib/private-folder';
import { LIMIT_MS, askServer } from './ask-server';
import type { Check } from './check';
import { checkRabbit } from './check-rabbit';
import { checkMongo, type CreateRepositories } from './check-mongo';
import { findingsOf } from './finding';
import { judgeBackups } from './judge-backups';
import { judgeDisks } from './judge-disks';
import { askLoad } from './judge-load';
import { judgeRedis } from './judge-servers';
import { judgeTimeOuts, type TimeOuts } from './judge-time-outs';

interface Examined {
  env: NodeJS.ProcessEnv;
  /** Reads what the files of NGINX and PM2 say. */
  timeOuts: () => Omit<TimeOuts, 'drainMs'>;
  createRepositories: CreateRepositories;
}

/** Reads the environment; a variable with a wrong value, which the check of the configuration reports, counts as unset. */
function readAllowed(env: NodeJS.ProcessEnv) {
  const given = withFiles(env);
  for (const { path } of configSchema.safeParse(given).error?.issues ?? []) delete given[String(path[0])];
  return configSchema.partial().parse(given);
}

const notSet = (group: string, variable: string, lost: string) =>
  findingsOf(group).warning(
    `${variable} is not set: ${lost}`,
    `Set it, or let \`npm start\` find or start a server`,
  );

/** Lists the checks of what a process with this environment uses. They change nothing. */
export function checksOf({ env, timeOuts, createRepositories }: Examined): Check[] {
  const values = readAllowed(env);
  const {
    MONGO_URL: mongo,
    REDIS_URL: redis,
    AMQP_URL: amqp,
    AMQP_CA_FILE: caFile,
    KEY_PREFIX: prefix = '',
  } = values;
  const { DISK_PLACES: places = {}, DRAIN_MS: drainMs = NaN, BASE_PORT: basePort = NaN } = values;
  const { AMQP_MANAGEMENT_URL: managementUrl } = values;
  const { RUN_DIR: runDir = defaultRunDir(basePort) } = values;

  const logs = pm2Call(env.PM2_HOME, `logs ${pm2NameOf('taskfleet-worker', prefixOf(env))}`);

  const checkDatabase = async () => {
    const isDiskKnown = 'database' in places;
    return mongo
      ? checkMongo(mongo, { createRepositories, isDiskKnown, isProduction: isProduction(env), logs })
      : [];
  };
  const checkRedis = async () =>
    redis
      ? askServer('Redis', redis, async () => judgeRedis(await inspectRedis(redis, LIMIT_MS)))
      : [notSet('Redis', 'REDIS_URL', 'nothing is cached')];
  const checkJobQueue = async () =>
    amqp
      ? checkRabbit({ servers: { url: amqp, caFile }, managementUrl, prefix, logs })
      : [notSet('RabbitMQ', 'AMQP_URL', 'no job worker can start')];

  return [
    { group: 'Time-outs', run: () => judgeTimeOuts({ ...timeOuts(), drainMs }) },
    { group: 'Disk', run: () => judgeDisks(places) },
    { group: 'Backups', run: () => judgeBackups(places.backups, isProduction(env)) },
    { group: 'MongoDB', run: checkDatabase },
    { group: 'Redis', run: checkRedis },
    { group: 'RabbitMQ', run: checkJobQueue },
    { group: 'Load', run: () => askLoad(runDir) },
  ];
}
