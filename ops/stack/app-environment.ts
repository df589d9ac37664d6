'use strict';

/** Every variable that the app reads (src/config/index.ts). */
const appVariables = [
  'NODE_ENV',
  'LOG_LEVEL',
  'SLOW_REQUEST_MS',
  'HOST',
  'BASE_PORT',
  'API_WORKERS',
  'MONGO_URL',
  'REDIS_URL',
  'AMQP_URL',
  'KEY_PREFIX',
  'CACHE_TTL_SECONDS',
  'JWT_SECRET',
  'JWT_SECRET_FILE',
  'JWT_TTL_SECONDS',
  'BCRYPT_COST',
  'HASH_THREADS',
  'HASH_QUEUE_LIMIT',
  'IDEMPOTENCY_TTL_HOURS',
  'REQUIRE_IF_MATCH',
  'RATE_LIMIT',
  'SIGNUP_LIMIT',
  'UPLOAD_LIMIT',
  'UPLOADS_WAITING',
  'UPLOADS_WAITING_MB',
  'LOGIN_ATTEMPTS',
  'RATE_LIMIT_EXEMPT_LOOPBACK',
  'TRUST_PROXY',
  'CORS_ORIGINS',
  'EXPOSE_WORKER',
  'JOB_CONCURRENCY',
  'DISK_PLACES',
  'DISK_RESERVE_MB',
  'JOB_CPU_SECONDS',
  'DRAIN_MS',
  'RUN_DIR',
  'BALANCER_URL',
];

/** What only the API needs, with the key that signs the tokens: the job worker decodes strangers' pictures. */
const apiOnly = ['JWT_SECRET', 'JWT_SECRET_FILE', 'REDIS_URL'];

/**
 * What a job worker is given: empty, not left out, because PM2 keeps for an app what it or the daemon had before.
 *
 * @param {Record<string, string>} env @returns {Record<string, string>}
 */
const workerVariables = (env) => ({ ...env, ...Object.fromEntries(apiOnly.map((name) => [name, ''])) });

/**
 * @param {Record<string, string | undefined>} source
 * @returns {Record<string, string>} what `source` says about the app
 */
const pickAppVariables = (source) =>
  Object.fromEntries(
    appVariables.filter((name) => source[name] !== undefined).map((name) => [name, source[name]]),
  );

module.exports = { appVariables, pickAppVariables, workerVariables };
