import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import os from 'node:os';
import { z } from 'zod';
import { defaultControlFolder } from './control/control-folder';

const whole = (low: number, high: number) => z.coerce.number().int().min(low).max(high);
const flag = z.enum(['true', 'false']).transform((value) => value === 'true');
const list = (isItem: (item: string) => boolean, message: string) =>
  z
    .string()
    .transform((text) => text.split(',').map((item) => item.trim()))
    .refine((items) => items.every(isItem), message);
const cores = os.availableParallelism();

/** What LOG_LEVEL can be. */
export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'silent'] as const;

/** Every variable that the processes read. PM2 gives each worker its own NODE_APP_INSTANCE. */
const schema = z.object({
  NODE_ENV: z.enum(['production', 'development', 'test']).default('production'),
  /** `silent` writes nothing. */
  LOG_LEVEL: z.enum(LOG_LEVELS).default('info'),
  /** The address that the API listens on. */
  HOST: z.string().default('127.0.0.1'),
  /** The first worker's port; each further worker adds its instance number. */
  BASE_PORT: whole(1, 65000).default(4001),
  NODE_APP_INSTANCE: whole(0, 499).default(0),
  /** How many API workers share this machine's cores: fewer hash threads each where there are more. */
  API_WORKERS: whole(1, 500).default(cores),
  MONGO_URL: z.string().regex(/^mongodb(\+srv)?:\/\//, 'must begin with mongodb:// or mongodb+srv://'),
  /** Without it nothing is cached. */
  REDIS_URL: z
    .string()
    .regex(/^rediss?:\/\//, 'must begin with redis:// or rediss://')
    .optional(),
  /** Read by the job worker alone: the API never speaks to RabbitMQ. */
  AMQP_URL: z
    .string()
    .regex(/^amqps?:\/\//, 'must begin with amqp:// or amqps://')
    .optional(),
  /** Begins every Redis key and every queue's name, so that installations can share a server. */
  KEY_PREFIX: z
    .string()
    .regex(/^[\w-]{1,40}$/)
    .default('taskfleet'),
  /** How long a cached answer may live; changes end it at once. */
  CACHE_TTL_SECONDS: whole(1, 3_600).default(300),
  /** Signs the tokens; one of the two is needed. */
  JWT_SECRET: z.string().optional(),
  JWT_SECRET_FILE: z.string().optional(),
  /** How long a token holds. */
  JWT_TTL_SECONDS: whole(60, 86_400).default(3_600),
  /** The base-2 logarithm of the rounds: one more doubles the time of a hash. */
  BCRYPT_COST: whole(4, 15).default(10),
  /** In each worker; by default the cores divided by API_WORKERS. 0: on the event loop, which is there to be measured. */
  HASH_THREADS: whole(0, 64).optional(),
  /** Hashes that may wait in one worker; the next gets 503. */
  HASH_QUEUE_LIMIT: whole(1, 10_000).default(64),
  /** How long the answer to an `Idempotency-Key` is kept. */
  IDEMPOTENCY_TTL_HOURS: whole(1, 720).default(24),
  /** Changes need `If-Match`: without it they are refused with 428. */
  REQUIRE_IF_MATCH: flag.default(false),
  /** Requests a minute that one user, or one address without a token, may send; 0: any number. */
  RATE_LIMIT: whole(0, 1_000_000).default(600),
  /** Sign-ups an hour from one address; 0: any number. */
  SIGNUP_LIMIT: whole(0, 1_000_000).default(60),
  /** Wrong passwords for one account from one address in 15 minutes; see auth/login-guard.ts for what follows from it. */
  LOGIN_ATTEMPTS: whole(1, 10_000).default(5),
  /** Nothing is counted of what comes from this machine itself: a benchmark then measures the system, not the limits. */
  RATE_LIMIT_EXEMPT_LOOPBACK: flag.default(false),
  /** Whose X-Forwarded-For is believed: addresses, networks and Express's names for them. */
  TRUST_PROXY: list(isProxy, 'must name addresses, networks, loopback, linklocal or uniquelocal').prefault(
    'loopback, uniquelocal',
  ),
  /** Whose pages may call the API from a browser: origins such as https://app.example.com, or * for all. */
  CORS_ORIGINS: list(isOrigin, 'must be * or origins such as https://app.example.com').optional(),
  /** `X-Worker` on every response. */
  EXPOSE_WORKER: flag.default(false),
  /** Jobs that one job worker runs at a time. */
  JOB_CONCURRENCY: whole(1, 64).default(1),
  /** How long a stopping API worker goes on accepting, ms: longer than NGINX keeps idle connections to it. */
  DRAIN_MS: whole(0, 10_000).default(1_500),
  /** Where the processes of one machine reach each other by sockets; by default a folder of this user's and BASE_PORT's. */
  RUN_DIR: z.string().optional(),
  /** NGINX as this machine reaches it: a worker that leaves has it pass over its port first. */
  BALANCER_URL: z.url().optional(),
  /** Boots as for `npm run reload`, which tries a build before it serves: no jobs are taken. */
  TASKFLEET_TRIAL: flag.default(false),
  /** Names build and configuration, so that it can be seen which workers run the same. */
  TASKFLEET_RELEASE: z.string().default('unknown'),
});

/** RFC 7518, 3.2: HS256 wants a key of at least 256 bits. */
const SECRET_BYTES = 32;

export type Config = ReturnType<typeof readConfig>;

/**
 * Reads and checks the environment; an empty variable counts as unset.
 * @throws Error that names each wrong variable, all of them at once.
 */
export function readConfig(env: NodeJS.ProcessEnv) {
  const given = withoutEmpty(env);
  const parsed = schema.safeParse(given);
  const faults = parsed.success ? [] : faultsOf(parsed.error);
  const secret = readSecret(given.JWT_SECRET, given.JWT_SECRET_FILE, faults);
  if (!parsed.success || faults.length > 0) throw wrong(faults);
  const values = parsed.data;
  return Object.freeze({
    nodeEnv: values.NODE_ENV,
    logLevel: values.LOG_LEVEL,
    host: values.HOST,
    port: values.BASE_PORT + values.NODE_APP_INSTANCE,
    workerName: `api-${values.NODE_APP_INSTANCE}`,
    jobWorkerName: `worker-${values.NODE_APP_INSTANCE}`,
    exposeWorker: values.EXPOSE_WORKER,
    mongoUrl: values.MONGO_URL,
    redisUrl: values.REDIS_URL,
    amqpUrl: values.AMQP_URL,
    keyPrefix: values.KEY_PREFIX,
    cacheTtlSeconds: values.CACHE_TTL_SECONDS,
    jwtSecret: secret,
    jwtTtlSeconds: values.JWT_TTL_SECONDS,
    bcryptCost: values.BCRYPT_COST,
    hashThreads: values.HASH_THREADS ?? threadsOf(values.API_WORKERS),
    /** Its share of the cores, and so another number when workers come and go. */
    sharesCores: values.HASH_THREADS === undefined,
    hashQueueLimit: values.HASH_QUEUE_LIMIT,
    idempotencyTtlHours: values.IDEMPOTENCY_TTL_HOURS,
    requireIfMatch: values.REQUIRE_IF_MATCH,
    rateLimit: values.RATE_LIMIT,
    signUpLimit: values.SIGNUP_LIMIT,
    loginAttempts: values.LOGIN_ATTEMPTS,
    exemptLoopback: values.RATE_LIMIT_EXEMPT_LOOPBACK,
    trustProxy: values.TRUST_PROXY,
    corsOrigins: values.CORS_ORIGINS?.includes('*') ? ('*' as const) : (values.CORS_ORIGINS ?? []),
    jobConcurrency: values.JOB_CONCURRENCY,
    drainMs: values.DRAIN_MS,
    runDir: values.RUN_DIR ?? defaultControlFolder(values.BASE_PORT),
    release: values.TASKFLEET_RELEASE,
    balancerUrl: values.BALANCER_URL?.replace(/\/$/, ''),
    isTrial: values.TASKFLEET_TRIAL,
    instance: values.NODE_APP_INSTANCE,
  });
}

/** Of the machine's cores, for each of so many workers. */
export const threadsOf = (workers: number): number => Math.max(1, Math.floor(cores / workers));

export type DataConfig = ReturnType<typeof readDataConfig>;

/** What the commands need that work on the data alone: no secret. @throws Error as readConfig does */
export function readDataConfig(env: NodeJS.ProcessEnv) {
  const parsed = schema
    .pick({ MONGO_URL: true, REDIS_URL: true, KEY_PREFIX: true, CACHE_TTL_SECONDS: true, BCRYPT_COST: true })
    .safeParse(withoutEmpty(env));
  if (!parsed.success) throw wrong(faultsOf(parsed.error));
  const { MONGO_URL, REDIS_URL, KEY_PREFIX, CACHE_TTL_SECONDS, BCRYPT_COST } = parsed.data;
  return Object.freeze({
    mongoUrl: MONGO_URL,
    redisUrl: REDIS_URL,
    keyPrefix: KEY_PREFIX,
    cacheTtlSeconds: CACHE_TTL_SECONDS,
    bcryptCost: BCRYPT_COST,
  });
}

const withoutEmpty = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));

const faultsOf = (error: z.ZodError) =>
  error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);

const wrong = (faults: string[]) =>
  new Error(`The configuration is wrong:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);

/** The names of all variables, for ecosystem.config.js and its test. */
export const configVariables = Object.keys(schema.shape);

/** As a browser sends it: without a path, in lower case. No patterns: each origin is named. */
function isOrigin(item: string): boolean {
  return (
    item === '*' ||
    (/^https?:\/\/[\w.:[\]-]+$/.test(item) && URL.canParse(item) && new URL(item).origin === item)
  );
}

function isProxy(item: string): boolean {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(item)) return true;
  const [, address = item, bits = '0'] = /^(.+)\/(\d+)$/.exec(item) ?? [];
  return isIP(address) > 0 && Number(bits) <= (isIP(address) === 4 ? 32 : 128);
}

function readSecret(value: string | undefined, file: string | undefined, faults: string[]): string {
  let secret = value ?? '';
  if (!value && file) {
    try {
      secret = readFileSync(file, 'utf8').trim();
    } catch {
      faults.push(`JWT_SECRET_FILE: ${file} can't be read`);
      return '';
    }
  }
  if (Buffer.byteLength(secret) < SECRET_BYTES) {
    faults.push(`JWT_SECRET (or the file JWT_SECRET_FILE): at least ${SECRET_BYTES} bytes are needed`);
  }
  return secret;
}
