import { randomBytes } from 'node:crypto';

/**
 * The variables that the next `npm start` from this shell would give the apps: those that are chosen once, and those of
 * the shell.
 *
 * @param env variables of the apps that run
 */
export function nextEnvironment(shell: NodeJS.ProcessEnv, env: Record<string, string>) {
  const { NODE_ENV, BASE_PORT, MONGO_URL, REDIS_URL, AMQP_URL } = env;
  // `npm start` generates a secret if there is none.
  const hasSecret = Boolean(shell.JWT_SECRET || shell.JWT_SECRET_FILE);
  const secret = hasSecret ? {} : { JWT_SECRET: randomBytes(32).toString('hex') };
  return { NODE_ENV, BASE_PORT, MONGO_URL, REDIS_URL, AMQP_URL, ...shell, ...secret };
}
