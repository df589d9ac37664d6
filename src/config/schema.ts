import os from 'node:os';
import { z } from 'zod';
import { flag, isOrigin, isProxy, list, placesIn, whole } from './values';

export const cores = os.availableParallelism();

/** What LOG_LEVEL can be. */
export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/** RFC 7518, 3.2: HS256 wants a key of at least 256 bits. */
export const SECRET_BYTES = 32;

type Process = 'API' | 'job worker' | 'both' | '`npm start`, API';

/** What docs/configuration.md and the messages say beside what zod knows. */
export interface About {
  description: string;
  readBy: Process;
  /** Where the type alone doesn't tell. */
  allowed?: string;
  /** Where it isn't a constant. */
  defaultText?: string;
  /** Never printed: all of it, or what stands before the @ of an address. */
  secret?: 'whole' | 'credentials';
}

const about =
  (readBy: Process) =>
  (
    description: string,
    more: Omit<About, 'description' | 'readBy'> = {},
  ): About & Record<string, unknown> => ({
    description,
    readBy,
    ...more,
  });
const api = about('API');
const worker = about('job worker');
const both = about('both');

/** Every variable that the processes read. PM2 gives each worker its own NODE_APP_INSTANCE. */
export const configSchema = z.object({
  MONGO_URL: z
    .string()
    .regex(/^mongodb(\+srv)?:\/\//)
    .meta(
      both('MongoDB, a replica set, since transactions need one. `npm start` finds or starts one.', {
        allowed: 'mongodb://… or mongodb+srv://…',
        secret: 'credentials',
      }),
    ),
  REDIS_URL: z
    .string()
    .regex(/^rediss?:\/\//)
    .optional()
    .meta(
      api('Redis. Without it nothing is cached, and each worker counts limits for itself.', {
        allowed: 'redis://… or rediss://…',
        secret: 'credentials',
      }),
    ),
  AMQP_URL: z
    .string()
    .regex(/^amqps?:\/\//)
    .optional()
    .meta(
      worker('RabbitMQ, which the job worker needs and the API never speaks to.', {
        allowed: 'amqp://… or amqps://…',
        secret: 'credentials',
      }),
    ),
  KEY_PREFIX: z
    .string()
    .regex(/^[\w-]{1,40}$/)
    .default('taskfleet')
    .meta(
      both("Begins every Redis key and every queue's name, so that installations can share a server.", {
        allowed: '1 to 40 letters, digits, _ and -',
      }),
    ),
  JWT_SECRET: z
    .string()
    .optional()
    .meta(
      api('Signs the tokens. It or JWT_SECRET_FILE is needed; `npm start` makes one.', {
        allowed: `at least ${SECRET_BYTES} bytes`,
        secret: 'whole',
      }),
    ),
  JWT_SECRET_FILE: z
    .string()
    .optional()
    .meta(api('A file that holds it instead.', { allowed: 'a file that can be read' })),
  JWT_TTL_SECONDS: whole(60, 86_400).default(3_600).meta(api('How long a token holds.')),
  HOST: z.string().default('127.0.0.1').meta(api('The address that the API listens on.')),
  BASE_PORT: whole(1, 65000)
    .default(4001)
    .meta(api("The first worker's port; each further worker adds its instance number.")),
  NODE_APP_INSTANCE: whole(0, 499).default(0).meta(api("The worker's number: PM2 sets it.")),
  API_WORKERS: whole(1, 500)
    .default(cores)
    .meta(
      about('`npm start`, API')(
        'How many API workers share the cores of this machine: fewer hash threads each where there are more.',
        { defaultText: 'cores' },
      ),
    ),
  BCRYPT_COST: whole(4, 15)
    .default(10)
    .meta(api('The base-2 logarithm of the rounds: one more doubles the time of a hash.')),
  HASH_THREADS: whole(0, 64)
    .optional()
    .meta(
      api('Threads that hash passwords, in each worker. 0: on the event loop, to see what that costs.', {
        defaultText: 'cores / workers',
      }),
    ),
  HASH_QUEUE_LIMIT: whole(1, 10_000)
    .default(1_000)
    .meta(
      api(
        'Hashes that may wait in one worker however quick it is; the next is refused with 503. ' +
          'Earlier than that, a hash is refused that would wait longer than two seconds.',
      ),
    ),
  CACHE_TTL_SECONDS: whole(1, 3_600)
    .default(300)
    .meta(api('How long a cached answer may live; a change ends it at once.')),
  IDEMPOTENCY_TTL_HOURS: whole(1, 720)
    .default(24)
    .meta(api('How long the answer to an `Idempotency-Key` is kept.')),
  REQUIRE_IF_MATCH: flag
    .default(false)
    .meta(api('Changes need `If-Match`: without it they are refused with 428.')),
  RATE_LIMIT: whole(0, 1_000_000)
    .default(600)
    .meta(api('Requests a minute of one user, or of one address without a token; 0: any number.')),
  SIGNUP_LIMIT: whole(0, 1_000_000)
    .default(60)
    .meta(api('Sign-ups, and changes of an e-mail or user name, an hour from one address; 0: any number.')),
  UPLOAD_LIMIT: whole(0, 1_000_000).default(60).meta(api('Pictures an hour of one user; 0: any number.')),
  UPLOADS_WAITING: whole(1, 1_000_000)
    .default(1_000)
    .meta(
      api(
        'Pictures of all users together that are kept for their jobs, one a user; the next is refused with 507.',
      ),
    ),
  UPLOADS_WAITING_MB: whole(5, 1_000_000).default(1_024).meta(api('The same in megabytes (MiB).')),
  LOGIN_ATTEMPTS: whole(1, 10_000)
    .default(5)
    .meta(api('Wrong passwords for one account from one address in 15 minutes.')),
  RATE_LIMIT_EXEMPT_LOOPBACK: flag.default(false).meta(
    api('Nothing is counted of what comes from this machine itself: a benchmark then measures the system.', {
      defaultText: 'false; true in the local stack',
    }),
  ),
  TRUST_PROXY: list(isProxy)
    .prefault('loopback, uniquelocal')
    .meta(
      api('Whose `X-Forwarded-For` is believed.', {
        allowed: 'addresses, networks, loopback, linklocal, uniquelocal, separated by commas',
      }),
    ),
  CORS_ORIGINS: list(isOrigin)
    .optional()
    .meta(
      api('Whose pages may call the API from a browser.', {
        allowed: '* or origins such as https://app.example.com, separated by commas',
        defaultText: 'none',
      }),
    ),
  EXPOSE_WORKER: flag
    .default(false)
    .meta(api('`X-Worker` on every answer.', { defaultText: 'false; true in the local stack' })),
  JOB_CONCURRENCY: whole(1, 64)
    .default(2)
    .meta(
      worker(
        'Jobs that one job worker runs at a time, one a user. From 2 on a heavy one leaves room for those of others.',
      ),
    ),
  JOB_CPU_SECONDS: whole(1, 3_600)
    .default(10)
    .meta(worker('CPU time that the picture of one job may take; above that its job fails.')),
  DRAIN_MS: whole(0, 10_000)
    .default(1_500)
    .meta(
      api(
        'How long a stopping worker goes on answering, ms: longer than NGINX keeps idle connections to it (1 s).',
      ),
    ),
  RUN_DIR: z
    .string()
    .max(80)
    .optional()
    .meta(
      api('Where the processes of one machine reach each other by sockets.', {
        defaultText: "a folder of this user's and BASE_PORT's",
        allowed: 'a path of at most 80 characters',
      }),
    ),
  BALANCER_URL: z
    .url()
    .optional()
    .meta(
      api('NGINX as this machine reaches it: a worker that leaves has it pass over its port first.', {
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
        'Folders whose free room is measured. `database`: writes are refused while it lacks room; unset: MongoDB is asked.',
        {
          allowed: 'JSON such as {"database":"/var/lib/mongodb","logs":"/var/log"}',
          defaultText: 'none; all of its own in the local stack',
        },
      ),
    ),
  DISK_RESERVE_MB: whole(0, 1_000_000)
    .default(500)
    .meta(
      api(
        'Megabytes that stay free on the disk of the database, of a small one a tenth: below, writes are refused with 507. 0: never.',
      ),
    ),
  LOG_LEVEL: z.enum(LOG_LEVELS).default('info').meta(both('`silent` writes nothing.')),
  SLOW_REQUEST_MS: whole(0, 60_000)
    .default(1_000)
    .meta(api('A request that takes longer is named in the log, with where the time went; 0: none.')),
  NODE_ENV: z
    .enum(['production', 'development', 'test'])
    .default('production')
    .meta(both('What Node and its libraries go by.')),
  TASKFLEET_TRIAL: flag
    .default(false)
    .meta(worker('Boots as for `npm run reload`, which tries a build before it serves: no jobs are taken.')),
  TASKFLEET_RELEASE: z
    .string()
    .default('unknown')
    .meta(both('Names build and configuration, so that it can be seen which workers run the same.')),
});
