import { z } from 'zod';
import { SECRET_BYTES } from '../keys/key-list';
import { LOG_LEVELS } from '../lib/log-levels';
import { all, api, apiAndCommands, both, by, fileOf, local, NETWORKS, url, worker } from './describe';
import { DEFAULT_BASE_PORT, HIGHEST_INTERNAL_PORT, HIGHEST_NUMBER } from './door-ports';
import { listensAt } from './listen';
import { LONGEST_DRAIN_MS } from './time-limits';
import { isNetwork } from '../lib/networks';
import { parseBrokers } from '../lib/broker-list';
import { REDIS_FORMS, redisUrlFaults } from '../lib/redis-url';
import {
  certificateFaults,
  explained,
  flag,
  isHttpUrl,
  isOrigin,
  list,
  networksOrNone,
  ownHostName,
  placesIn,
  whole,
} from './values';
import { cores } from '../process/cores';

/** Every variable that the API, the job worker and the commands read. */
export const configSchema = z.object({
  MONGO_URL: all(
    url(/^mongodb(\+srv)?:\/\//),
    'URL of MongoDB, a replica set since transactions need one. `npm start` finds or starts it.',
    { allowed: 'mongodb://… or mongodb+srv://…', secret: 'credentials' },
  ),
  MONGO_URL_FILE: all(...fileOf('MONGO_URL')),
  REDIS_URL: apiAndCommands(
    explained(z.string(), redisUrlFaults).optional(),
    'URL of Redis or of its sentinels (docs/redis.md); no Redis Cluster. Without it nothing is cached, and each API worker counts limits separately.',
    { allowed: REDIS_FORMS, secret: 'credentials' },
  ),
  REDIS_URL_FILE: apiAndCommands(...fileOf('REDIS_URL')),
  AMQP_URL: all(
    explained(url(/^amqps?:\/\//), (text) => parseBrokers(text).faults).optional(),
    'URL of RabbitMQ, or the URLs of the brokers of one cluster (docs/rabbitmq.md). The job worker takes jobs from it; the API only checks whether it answers.',
    { allowed: 'amqp://… or amqps://…, several separated by commas', secret: 'credentials' },
  ),
  AMQP_URL_FILE: all(...fileOf('AMQP_URL')),
  AMQP_CA_FILE: all(
    explained(z.string(), certificateFaults).optional(),
    'File of the certificate authorities that are trusted for `amqps://` brokers, instead of the well-known ones.',
    { allowed: 'a readable PEM file' },
  ),
  AMQP_MANAGEMENT_URL: by('commands')(
    z.string().refine(isHttpUrl).optional(),
    "URL of one broker's management API, which doctor asks how many brokers hold the queues; its login, else that of AMQP_URL.",
    {
      allowed: 'http://… or https://…',
      defaultText: 'port 15672 of a broker, 15671 with TLS',
      secret: 'credentials',
    },
  ),
  KEY_PREFIX: all(
    z
      .string()
      .regex(/^[\w-]{1,40}$/)
      .default('taskfleet'),
    'Prefix of all Redis keys and queue names, so that installations can share a server.',
    { allowed: '1 to 40 letters, digits, _ and -' },
  ),
  JWT_SECRET: api(
    z.string().optional(),
    'Key that signs the tokens. It, JWT_SECRET_FILE, JWT_SECRETS or JWT_SECRETS_FILE is required; `npm start` creates one.',
    { allowed: `at least ${SECRET_BYTES} bytes`, secret: 'whole' },
  ),
  JWT_SECRET_FILE: api(z.string().optional(), 'File that contains JWT_SECRET.', {
    allowed: 'a readable file',
  }),
  JWT_SECRETS: api(
    z.string().optional(),
    'Keys of the tokens instead of JWT_SECRET: the first signs, all verify (docs/operations.md#rotate-secrets).',
    { allowed: `keys of at least ${SECRET_BYTES} bytes, separated by commas`, secret: 'whole' },
  ),
  JWT_SECRETS_FILE: api(
    z.string().optional(),
    'File that contains JWT_SECRETS, also one a line. A change takes effect without a reload.',
    { allowed: 'a readable file', ...local('none; jwt-secrets in the folder of the stack') },
  ),
  JWT_TTL_SECONDS: api(
    whole(60, 86_400).default(3_600),
    'Lifetime of a token, also of those that were issued before this value.',
  ),
  SESSION_IDLE_DAYS: api(whole(1, 365).default(30), 'Days without renewal that end a session.'),
  SESSION_MAX_DAYS: api(whole(1, 3_650).default(90), 'Days after which every session ends.'),
  PASSWORD_RESET_WEBHOOK: api(
    url(/^https?:\/\//).optional(),
    'URL to which the API posts password resets, to mail them.',
    { allowed: 'https://… or http://…', secret: 'credentials' },
  ),
  PASSWORD_RESET_WEBHOOK_SECRET: api(
    z.string().min(SECRET_BYTES).optional(),
    'Key that signs these requests; required with the URL.',
    { allowed: `at least ${SECRET_BYTES} characters`, secret: 'whole' },
  ),
  PASSWORD_RESET_WEBHOOK_SECRET_FILE: api(...fileOf('PASSWORD_RESET_WEBHOOK_SECRET')),
  HOST: api(...listensAt('Address that the API listens on.')),
  BASE_PORT: all(
    whole(1, 65000).default(DEFAULT_BASE_PORT),
    "Port of the first API worker; each further one adds its NODE_APP_INSTANCE. RUN_DIR's default depends on it.",
  ),
  INTERNAL_HOST: both(
    ...listensAt(
      'Address that the internal ports listen on (docs/doors.md). Any client that reaches it can drain a worker.',
    ),
  ),
  INTERNAL_PORT: both(
    whole(1, HIGHEST_INTERNAL_PORT).optional(),
    'Internal port of the first API worker. Each further one adds its number, a job worker 500 and its number.',
    { defaultText: 'BASE_PORT + 1000' },
  ),
  TASKFLEET_HOST: both(
    z
      .string()
      .regex(/^[A-Za-z0-9][\w.-]{0,62}$/)
      .default(ownHostName),
    'Name of this host (a machine or container) in the names of its processes, such as `HOST/api-0`.',
    { allowed: '1 to 63 letters, digits, ., - and _', defaultText: "the machine's name" },
  ),
  NODE_APP_INSTANCE: both(
    whole(0, HIGHEST_NUMBER).default(0),
    'Number of the process among those of its kind, in its name and port. PM2 sets it.',
  ),
  API_WORKERS: by('`npm start`, API')(
    whole(1, 500).default(cores.count),
    'Number of API workers that share the cores of this host: the more there are, the fewer hash threads each has.',
    { defaultText: 'cores' },
  ),
  BCRYPT_COST: apiAndCommands(
    whole(4, 15).default(10),
    'Base-2 logarithm of the rounds of a password hash: one more doubles its time.',
  ),
  HASH_THREADS: api(
    whole(0, 64).optional(),
    'Threads that hash passwords in each API worker. 0 hashes on the event loop, for comparisons.',
    { defaultText: 'cores / workers' },
  ),
  HASH_QUEUE_LIMIT: api(
    whole(1, 10_000).default(1_000),
    'Hashes that may wait in one API worker; the next is refused with 503, as is any that would wait longer than 2 s.',
  ),
  CACHE_TTL_SECONDS: apiAndCommands(
    whole(1, 3_600).default(300),
    'Maximum age of a cached answer; a change ends it at once.',
  ),
  IDEMPOTENCY_TTL_HOURS: api(whole(1, 720).default(24), 'How long answers to an `Idempotency-Key` are kept.'),
  REQUIRE_IF_MATCH: api(flag.default(false), 'Refuses changes without `If-Match` with 428.'),
  RATE_LIMIT: api(
    whole(0, 1_000_000).default(600),
    'Requests a minute of one user, or of one address without a token; 0 disables the limit.',
  ),
  SIGNUP_LIMIT: api(
    whole(0, 1_000_000).default(60),
    'Sign-ups, and changes of an e-mail or user name, an hour from one address; 0 disables the limit.',
  ),
  UPLOAD_LIMIT: api(whole(0, 1_000_000).default(60), 'Pictures an hour of one user; 0 disables the limit.'),
  UPLOADS_WAITING: api(
    whole(1, 1_000_000).default(1_000),
    'Pictures of all users that may wait for their jobs, one for each user; the next is refused with 507.',
  ),
  UPLOADS_WAITING_MB: api(whole(5, 1_000_000).default(1_024), 'The same limit in megabytes (MiB).'),
  LOGIN_ATTEMPTS: api(
    whole(1, 10_000).default(5),
    'Wrong passwords for one account from one address in 15 minutes; the next attempt is refused.',
  ),
  LIMIT_EXEMPT: by('`npm start`, NGINX, API')(
    networksOrNone.prefault('none'),
    'Networks whose requests have no limits, so that a benchmark measures the system.',
    {
      allowed: `${NETWORKS}; or none`,
      defaultText: 'none; loopback in the local stack, unless PROFILE=production',
    },
  ),
  RATE_LIMIT_EXEMPT_LOOPBACK: by('`npm start`, NGINX, API')(
    flag.optional(),
    'The older form of LIMIT_EXEMPT: true adds loopback to it, false leaves it out by default.',
  ),
  TRUST_PROXY: api(
    list(isNetwork).prefault('loopback'),
    'Proxies whose `X-Forwarded-For` is trusted: NGINX, if it is on another host or in another container.',
    { allowed: NETWORKS },
  ),
  CORS_ORIGINS: api(list(isOrigin).optional(), 'Origins whose pages may call the API from a browser.', {
    allowed: '* or origins such as https://app.example.com, separated by commas',
    defaultText: 'none',
  }),
  EXPOSE_WORKER: api(flag.default(false), 'Adds `X-Worker` to every answer.', local('false; true')),
  JOB_CONCURRENCY: worker(
    whole(1, 64).default(2),
    'Jobs that one job worker runs at a time, one for each user. With 2 or more, a heavy job leaves room for others.',
  ),
  JOB_CPU_SECONDS: worker(
    whole(1, 3_600).default(10),
    'CPU time that the picture of one job may take; beyond it the job fails.',
  ),
  DRAIN_MS: api(
    whole(0, LONGEST_DRAIN_MS).default(1_500),
    'Milliseconds that an API worker which stops still serves, no longer ready: longer than NGINX (1 s) or an engine needs.',
  ),
  RUN_DIR: all(
    z.string().max(80).optional(),
    'Folder of the sockets by which the processes of one host reach each other.',
    { defaultText: 'a folder by user and BASE_PORT', allowed: 'a path of at most 80 characters' },
  ),
  BALANCER_URL: apiAndCommands(
    list(isHttpUrl).optional(),
    'URL of each NGINX from this host: before an API worker leaves, it has NGINX skip its port (docs/hosts.md).',
    { allowed: 'http://… or https://…, separated by commas', ...local('none; NGINX') },
  ),
  DISK_PLACES: api(
    z
      .string()
      .transform(placesIn)
      .refine((places) => places !== undefined)
      .optional(),
    'Folders whose free room is measured. Writes are refused while `database` lacks room; without it MongoDB is asked.',
    {
      allowed: 'JSON such as {"database":"/var/lib/mongodb","logs":"/var/log"}',
      ...local('none; all folders'),
    },
  ),
  DISK_RESERVE_MB: api(
    whole(0, 1_000_000).default(500),
    'Megabytes (at most a tenth) that stay free on the disk of the database, or writes are refused with 507. 0: never.',
  ),
  LOG_LEVEL: all(z.enum(LOG_LEVELS).default('info'), 'Least severe level to log; `silent` logs nothing.'),
  SLOW_REQUEST_MS: api(
    whole(0, 60_000).default(1_000),
    'Requests slower than this are logged, with where the time went; 0 disables the log.',
  ),
  NODE_ENV: both(
    z.enum(['production', 'development', 'test']).default('production'),
    'Mode of Node and its libraries.',
  ),
  TASKFLEET_TRIAL: both(
    flag.default(false),
    'Starts on trial, as `npm run reload` does to test a build: takes no jobs, does not join NGINX and does not drain.',
  ),
  TASKFLEET_RELEASE: both(
    z.string().default('unknown'),
    'Name of the build and configuration, which shows whether processes run the same.',
  ),
});
