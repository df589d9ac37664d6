import type { Finding } from '../../src/doctor/finding';
import { askApp } from './ask-app';
import { bothConfigurations, nextEnvironment } from './configuration';

/** Variables that every process needs; those of the apps are examined separately. */
const neutral = /^(PATH|HOME|USER|TMPDIR|LANG|LC_\w+|NODE_EXTRA_CA_CERTS|SSL_CERT_\w+)$/;
const isConfiguration = ({ group }: Finding) => group === 'Configuration';

interface Started {
  root: string;
  dir: string;
  /** Variables of the apps that were started last. */
  env: Record<string, string>;
}

/**
 * Examines configuration, servers and time-outs as the app sees them: those that run, and those that the next
 * `npm start` from this shell would use.
 */
export async function examineServers({ root, dir, env }: Started): Promise<Finding[]> {
  // Nothing was started here: only this shell names servers.
  if (!env.MONGO_URL) return askApp({ root, env: { ...process.env, TASKFLEET_DIR: dir } });
  const shell = process.env;
  const own = Object.fromEntries(Object.entries(shell).filter(([name]) => neutral.test(name)));
  const [running, next] = await Promise.all([
    askApp({ root, env: { ...own, ...env, TASKFLEET_DIR: dir } }),
    askApp({ root, env: nextEnvironment(shell, env), only: 'configuration' }),
  ]);
  const findings = bothConfigurations(running.filter(isConfiguration), next, shell, env);
  return [...findings, ...running.filter((finding) => !isConfiguration(finding))];
}
