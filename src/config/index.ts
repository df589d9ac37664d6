import type { z } from 'zod';
import { configFaults } from './faults';
import { apiDoorPort, internalPortOf, jobDoorPort, overlapOf } from './door-ports';
import { configSchema } from './schema';
import { readKeys } from './read-keys';
import { withFiles } from './secret-files';
import { defaultRunDir } from '../lib/private-folder';
import { cores } from '../process/cores';

export type Config = ReturnType<typeof readConfig>;

export class ConfigError extends Error {
  constructor(readonly faults: string[]) {
    super(`The configuration is wrong:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
  }
}

/** Reads and validates the environment of an API worker. @throws ConfigError */
export function readConfig(env: NodeJS.ProcessEnv) {
  const faults: string[] = [];
  const given = withFiles(env);
  const keys = readKeys(given, faults);
  if (given.PASSWORD_RESET_WEBHOOK && !given.PASSWORD_RESET_WEBHOOK_SECRET)
    faults.push('PASSWORD_RESET_WEBHOOK_SECRET is not set: PASSWORD_RESET_WEBHOOK needs it.');
  return Object.freeze({ ...readVariables(env, faults), ...keys });
}

/** The configuration without the keys of the tokens. */
export type ProcessConfig = ReturnType<typeof readProcessConfig>;

/** Does the same for the job worker, which decodes untrusted pictures and so never gets the keys. @throws ConfigError */
export const readProcessConfig = (env: NodeJS.ProcessEnv) => Object.freeze(readVariables(env));

function parse<T extends z.ZodObject>(
  schema: T,
  env: NodeJS.ProcessEnv,
  moreFaults: string[] = [],
): z.infer<T> {
  const fileFaults: string[] = [];
  const given = withFiles(env, fileFaults);
  const parsed = schema.safeParse(given);
  const faults = [...fileFaults, ...configFaults(schema, given), ...moreFaults];
  if (!parsed.success || faults.length > 0) throw new ConfigError(faults);
  return parsed.data;
}

const balancerUrlsOf = (urls: string[] | undefined) => urls?.map((url) => url.replace(/\/$/, ''));

function readVariables(env: NodeJS.ProcessEnv, moreFaults?: string[]) {
  const values = parse(configSchema, env, moreFaults);
  const internalPort = values.INTERNAL_PORT ?? internalPortOf(values.BASE_PORT);
  const overlap = overlapOf(values.BASE_PORT, internalPort);
  if (overlap) throw new ConfigError([overlap]);
  return {
    nodeEnv: values.NODE_ENV,
    logLevel: values.LOG_LEVEL,
    slowRequestMs: values.SLOW_REQUEST_MS,
    host: values.HOST,
    port: values.BASE_PORT + values.NODE_APP_INSTANCE,
    internalHost: values.INTERNAL_HOST,
    doorPort: apiDoorPort(internalPort, values.NODE_APP_INSTANCE),
    jobDoorPort: jobDoorPort(internalPort, values.NODE_APP_INSTANCE),
    hostName: values.TASKFLEET_HOST,
    workerName: `api-${values.NODE_APP_INSTANCE}`,
    jobWorkerName: `worker-${values.NODE_APP_INSTANCE}`,
    /** The same names where processes of other hosts are seen as well. */
    fullWorkerName: `${values.TASKFLEET_HOST}/api-${values.NODE_APP_INSTANCE}`,
    fullJobWorkerName: `${values.TASKFLEET_HOST}/worker-${values.NODE_APP_INSTANCE}`,
    exposeWorker: values.EXPOSE_WORKER,
    mongoUrl: values.MONGO_URL,
    redisUrl: values.REDIS_URL,
    rabbit: values.AMQP_URL ? { url: values.AMQP_URL, caFile: values.AMQP_CA_FILE } : undefined,
    keyPrefix: values.KEY_PREFIX,
    cacheTtlSeconds: values.CACHE_TTL_SECONDS,
    jwtTtlSeconds: values.JWT_TTL_SECONDS,
    sessionIdleDays: values.SESSION_IDLE_DAYS,
    sessionMaxDays: values.SESSION_MAX_DAYS,
    passwordResetWebhook: values.PASSWORD_RESET_WEBHOOK,
    passwordResetWebhookSecret: values.PASSWORD_RESET_WEBHOOK_SECRET,
    bcryptCost: values.BCRYPT_COST,
    hashThreads: values.HASH_THREADS ?? threadsOf(values.API_WORKERS),
    /** True if it hashes on its share of the cores, which changes as workers come and go. */
    sharesCores: values.HASH_THREADS === undefined,
    hashQueueLimit: values.HASH_QUEUE_LIMIT,
    idempotencyTtlHours: values.IDEMPOTENCY_TTL_HOURS,
    requireIfMatch: values.REQUIRE_IF_MATCH,
    rateLimit: values.RATE_LIMIT,
    signUpLimit: values.SIGNUP_LIMIT,
    uploadLimit: values.UPLOAD_LIMIT,
    uploadsWaiting: values.UPLOADS_WAITING,
    uploadsWaitingMb: values.UPLOADS_WAITING_MB,
    loginAttempts: values.LOGIN_ATTEMPTS,
    limitExempt: [...values.LIMIT_EXEMPT, ...(values.RATE_LIMIT_EXEMPT_LOOPBACK ? ['loopback'] : [])],
    trustProxy: values.TRUST_PROXY,
    corsOrigins: values.CORS_ORIGINS?.includes('*') ? ('*' as const) : (values.CORS_ORIGINS ?? []),
    jobConcurrency: values.JOB_CONCURRENCY,
    diskPlaces: values.DISK_PLACES ?? {},
    diskReserve: values.DISK_RESERVE_MB * 1e6,
    jobCpuSeconds: values.JOB_CPU_SECONDS,
    // No client and no NGINX knows the port of a trial, so it has nothing to drain.
    drainMs: values.TASKFLEET_TRIAL ? 0 : values.DRAIN_MS,
    runDir: values.RUN_DIR ?? defaultRunDir(values.BASE_PORT),
    release: values.TASKFLEET_RELEASE,
    balancerUrls: balancerUrlsOf(values.BALANCER_URL),
    isTrial: values.TASKFLEET_TRIAL,
  };
}

export const threadsOf = (workers: number): number => Math.max(1, Math.floor(cores.count / workers));

const dataSchema = configSchema.pick({
  MONGO_URL: true,
  MONGO_URL_FILE: true,
  REDIS_URL: true,
  REDIS_URL_FILE: true,
  KEY_PREFIX: true,
  CACHE_TTL_SECONDS: true,
  BCRYPT_COST: true,
  BASE_PORT: true,
  RUN_DIR: true,
  BALANCER_URL: true,
});

export type DataConfig = ReturnType<typeof readDataConfig>;

/** Reads what commands on the data need: no secret. @throws ConfigError */
export function readDataConfig(env: NodeJS.ProcessEnv) {
  const values = parse(dataSchema, env);
  return Object.freeze({
    mongoUrl: values.MONGO_URL,
    redisUrl: values.REDIS_URL,
    keyPrefix: values.KEY_PREFIX,
    cacheTtlSeconds: values.CACHE_TTL_SECONDS,
    bcryptCost: values.BCRYPT_COST,
    runDir: values.RUN_DIR ?? defaultRunDir(values.BASE_PORT),
    balancerUrls: balancerUrlsOf(values.BALANCER_URL),
  });
}

/** Names this host, for commands that run beside its processes. @param env variables of the processes */
export const hostNameOf = (env: NodeJS.ProcessEnv): string =>
  configSchema.shape.TASKFLEET_HOST.parse(env.TASKFLEET_HOST || undefined);

/** Names of all variables, for ecosystem.config.js and its test. */
export const configVariables = Object.keys(configSchema.shape);
