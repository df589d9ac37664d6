import { randomBytes } from 'node:crypto';

/**
 * What the next `npm start` from this shell would give the apps: what was chosen once and what the shell says. It
 * keeps nothing else of the last start.
 *
 * @param env of what runs
 */
export function nextEnvironment(shell: NodeJS.ProcessEnv, env: Record<string, string>) {
  const { NODE_ENV, BASE_PORT, MONGO_URL, REDIS_URL, AMQP_URL } = env;
  // It makes a secret where it finds none.
  const hasSecret = Boolean(shell.JWT_SECRET || shell.JWT_SECRET_FILE);
  const secret = hasSecret ? {} : { JWT_SECRET: randomBytes(32).toString('hex') };
  return { NODE_ENV, BASE_PORT, MONGO_URL, REDIS_URL, AMQP_URL, ...shell, ...secret };
}
