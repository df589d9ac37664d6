import { appVariables } from '../../src/config/app-environment';
import { findingsOf, type Finding } from '../../src/doctor/finding';
import { randomBytes } from 'node:crypto';

/**
 * Returns the variables that the next `npm start` from this shell would give the apps: those that the first start chose,
 * and those of the shell.
 *
 * @param env variables of the apps that run
 */
export function nextEnvironment(shell: NodeJS.ProcessEnv, env: Record<string, string>) {
  const { NODE_ENV, BASE_PORT, MONGO_URL, REDIS_URL, AMQP_URL } = env;
  // `npm start` generates a secret if there is none.
  const { JWT_SECRETS, JWT_SECRETS_FILE, JWT_SECRET, JWT_SECRET_FILE } = shell;
  const hasSecret = Boolean(JWT_SECRETS || JWT_SECRETS_FILE || JWT_SECRET || JWT_SECRET_FILE);
  const secret = hasSecret ? {} : { JWT_SECRET: randomBytes(32).toString('hex') };
  return { NODE_ENV, BASE_PORT, MONGO_URL, REDIS_URL, AMQP_URL, ...shell, ...secret };
}

const { ok } = findingsOf('Configuration');

const about = (finding: Finding, where: string): Finding => ({
  ...finding,
  says: `${where}: ${finding.says}`,
});

/**
 * Merges the findings on the configuration that runs with those on the variables of this shell. A finding on both
 * appears once.
 *
 * @param env variables of the apps that run
 */
export function bothConfigurations(
  running: Finding[],
  next: Finding[],
  shell: NodeJS.ProcessEnv,
  env: Record<string, string>,
): Finding[] {
  const wrong = next.filter(({ level }) => level !== 'ok');
  const isIn = (list: Finding[], { says }: Finding) => list.some((other) => other.says === says);
  const ofRunning = running.map((finding) =>
    finding.level === 'ok' || !isIn(wrong, finding)
      ? about(finding, 'What runs')
      : about(finding, 'What runs, and this shell'),
  );
  const ofShell = wrong
    .filter((finding) => !isIn(running, finding))
    .map((finding) => about(finding, 'This shell, for the next npm start'));
  const set = appVariables.filter((name) => shell[name] && shell[name] !== env[name]);
  if (ofShell.length > 0 || set.length === 0) return [...ofRunning, ...ofShell];
  return [...ofRunning, ok(`This shell, for the next npm start: ${set.join(', ')} set, with allowed values`)];
}
