import os from 'node:os';
import { z } from 'zod';
import { flag, isOrigin, isProxy, list, placesIn, whole } from './values';

export const cores = os.availableParallelism();

/** Values of LOG_LEVEL. */
export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/** RFC 7518, 3.2: HS256 wants a key of at least 256 bits. */
export const SECRET_BYTES = 32;

/** What docs/configuration.md and the messages say beyond what zod knows. */
export interface About {
  description: string;
  readBy: string;
  /** Set if the type alone does not say it. */
  allowed?: string;
  /** Set if the default is not a constant. */
  defaultText?: string;
  /** Never printed: all of it, or what stands before the @ of a URL. */
  secret?: 'whole' | 'credentials';
}

/** Describes a variable by the processes that read it. */
export const by =
  (readBy: string) =>
  (
    description: string,
    more: Omit<About, 'description' | 'readBy'> = {},
  ): About & Record<string, unknown> => ({
    description,
    readBy,
    ...more,
  });
const api = by('API');
const worker = by('job worker');
const both = by('API, job worker');
const all = by('API, job worker, commands');

/** Every variable that the API, the job worker and the commands read. */
export const configSchema = z.object({
  MONGO_URL: z
    .string()
    .regex(/^mongodb(\+srv)?:\/\//)
    .meta(
      all('URL of MongoDB, a replica set since transactions need one. `npm start` finds or starts it.', {
        allowed: 'mongodb://… or mongodb+srv://…',
        secret: 'credentials',
      }),
    ),
  REDIS_URL: z
    .string()
    .regex(/^rediss?:\/\//)
    .optional()
    .meta(
      by('API, commands')(
        'URL of Redis. Without it nothing is cached, and each API worker counts limits separately.',
        {
          allowed: 'redis://… or rediss://…',
          secret: 'credentials',
        },
      ),
    ),
  AMQP_URL: z
    .string()
    .regex(/^amqps?:\/\//)
    .optional()
    .meta(
      all('URL of RabbitMQ. The job worker takes jobs from it; the API only checks whether it answers.', {
        allowed: 'amqp://… or amqps://…',
        secret: 'credentials',
      }),
    ),
  KEY_PREFIX: z
    .string()
    .regex(/^[\w-]{1,40}$/)
    .default('taskfleet')
    .meta(
      all('Prefix of all Redis keys and queue names, so that installations can share a server.', {
        allowed: '1 to 40 letters, digits, _ and -',
      }),
    ),
  JWT_SECRET: z
    .string()
    .optional()
    .meta(
      api('Key that signs the tokens. It or JWT_SECRET_FILE is required; `npm start` creates one.', {
        allowed: `at least ${SECRET_BYTES} bytes`,
        secret: 'whole',
      }),
    ),
  JWT_SECRET_FILE: z
    .string()
    .optional()
    .meta(api('File that contains JWT_SECRET.', { allowed: 'a readable file' })),
  JWT_TTL_SECONDS: whole(60, 86_400).default(3_600).meta(api('Lifetime of a token.')),
  HOST: z.string().default('127.0.0.1').meta(api('Address that the API listens on.')),
  BASE_PORT: whole(1, 65000)
    .default(4001)
    .meta(
      all(
        "Port of the first API worker; each further one adds its NODE_APP_INSTANCE. RUN_DIR's default depends on it.",
      ),
    ),
  NODE_APP_INSTANCE: whole(0, 499)
    .default(0)
    .meta(both('Number of the process among those of its kind, in its name and port. PM2 sets it.')),
  API_WORKERS: whole(1, 500)
    .default(cores)
    .meta(
      by('`npm start`, API')(
        'Number of API workers that share the cores of this host: the more there are, the fewer hash threads each has.',
        { defaultText: 'cores' },
      ),
    ),
  BCRYPT_COST: whole(4, 15)
    .default(10)
    .meta(
      by('API, commands')('Base-2 logarithm of the rounds of a password hash: one more doubles its time.'),
    ),
  HASH_THREADS: whole(0, 64)
    .optional()
    .meta(
      api('Threads that hash passwords in each API worker. 0 hashes on the event loop, for comparisons.', {
        defaultText: 'cores / workers',
      }),
    ),
  HASH_QUEUE_LIMIT: whole(1, 10_000)
    .default(1_000)
    .meta(
      api(
        'Hashes that may wait in one API worker; the next is refused with 503, ' +
          'as is any that would wait longer than two seconds.',
      ),
    ),
  CACHE_TTL_SECONDS: whole(1, 3_600)
    .default(300)
    .meta(by('API, commands')('Maximum age of a cached answer; a change ends it at once.')),
  IDEMPOTENCY_TTL_HOURS: whole(1, 720)
    .default(24)
    .meta(api('How long answers to an `Idempotency-Key` are kept.')),
  REQUIRE_IF_MATCH: flag.default(false).meta(api('Refuses changes without `If-Match` with 428.')),
  RATE_LIMIT: whole(0, 1_000_000)
    .default(600)
    .meta(api('Requests a minute of one user, or of one address without a token; 0 disables the limit.')),
  SIGNUP_LIMIT: whole(0, 1_000_000)
    .default(60)
    .meta(
      api('Sign-ups, and changes of an e-mail or user name, an hour from one address; 0 disables the limit.'),
    ),
  UPLOAD_LIMIT: whole(0, 1_000_000)
    .default(60)
    .meta(api('Pictures an hour of one user; 0 disables the limit.')),
  UPLOADS_WAITING: whole(1, 1_000_000)
    .default(1_000)
    .meta(
      api(
        'Pictures of all users that may wait for their jobs, one for each user; the next is refused with 507.',
      ),
    ),
  UPLOADS_WAITING_MB: whole(5, 1_000_000).default(1_024).meta(api('The same limit in megabytes (MiB).')),
  LOGIN_ATTEMPTS: whole(1, 10_000)
    .default(5)
    .meta(
      api('Wrong passwords for one account from one address in 15 minutes; the next attempt is refused.'),
    ),
  RATE_LIMIT_EXEMPT_LOOPBACK: flag.default(false).meta(
    api('Exempts requests from this host from the limits, so that a benchmark measures the system.', {
      defaultText: 'false; true in the local stack',
    }),
  ),
  TRUST_PROXY: list(isProxy)
    .prefault('loopback, uniquelocal')
    .meta(
      api('Proxies whose `X-Forwarded-For` is trusted.', {
        allowed: 'addresses, networks, loopback, linklocal, uniquelocal, separated by commas',
      }),
    ),
  CORS_ORIGINS: list(isOrigin)
    .optional()
    .meta(
      api('Origins whose pages may call the API from a browser.', {
        allowed: '* or origins such as https://app.example.com, separated by commas',
        defaultText: 'none',
      }),
    ),
  EXPOSE_WORKER: flag
    .default(false)
    .meta(api('Adds `X-Worker` to every answer.', { defaultText: 'false; true in the local stack' })),
  JOB_CONCURRENCY: whole(1, 64)
    .default(2)
    .meta(
      worker(
        'Jobs that one job worker runs at a time, one for each user. With 2 or more, a heavy job leaves room for others.',
      ),
    ),
  JOB_CPU_SECONDS: whole(1, 3_600)
    .default(10)
    .meta(worker('CPU time that the picture of one job may take; beyond it the job fails.')),
  DRAIN_MS: whole(0, 10_000)
    .default(1_500)
    .meta(
      api(
        'Milliseconds that a stopping API worker still answers: longer than NGINX keeps idle connections to it (1 s).',
      ),
    ),
  RUN_DIR: z
    .string()
    .max(80)
    .optional()
    .meta(
      all('Folder of the sockets by which the processes of one host reach each other.', {
        defaultText: 'a folder by user and BASE_PORT',
        allowed: 'a path of at most 80 characters',
      }),
    ),
  BALANCER_URL: z
    .url()
    .optional()
    .meta(
      api('URL of NGINX from this host: before an API worker leaves, it has NGINX skip its port.', {
        allowed: 'http://… or https://…',
        defaultText: 'none; NGINX in the local stack',
      }),
    ),
  DISK_PLACES: z
    .string()
    .transform(placesIn)
    .refine((places) => places !== undefined)
    .optional()
    .meta(
      api(
        'Folders whose free room is measured. Writes are refused while `database` lacks room; without it the API asks MongoDB.',
        {
          allowed: 'JSON such as {"database":"/var/lib/mongodb","logs":"/var/log"}',
          defaultText: 'none; all folders of the local stack',
        },
      ),
    ),
  DISK_RESERVE_MB: whole(0, 1_000_000)
    .default(500)
    .meta(
      api(
        'Megabytes (a tenth of a small disk) that stay free on the disk of the database; below that writes are refused with 507. 0 never refuses.',
      ),
    ),
  LOG_LEVEL: z
    .enum(LOG_LEVELS)
    .default('info')
    .meta(all('Least severe level to log; `silent` logs nothing.')),
  SLOW_REQUEST_MS: whole(0, 60_000)
    .default(1_000)
    .meta(api('Requests slower than this are logged, with where the time went; 0 disables the log.')),
  NODE_ENV: z
    .enum(['production', 'development', 'test'])
    .default('production')
    .meta(both('Mode of Node and its libraries.')),
  TASKFLEET_TRIAL: flag
    .default(false)
    .meta(
      both(
        'Starts on trial, as `npm run reload` does to test a build: takes no jobs and does not join NGINX.',
      ),
    ),
  TASKFLEET_RELEASE: z
    .string()
    .default('unknown')
    .meta(both('Name of the build and configuration, which shows whether processes run the same.')),
});
