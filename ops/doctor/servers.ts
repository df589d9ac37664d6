// @ts-nocheck
import { askApp } from './ask-app';
import { bothConfigurations } from './configuration';
import { nextEnvironment } from './next-environment';

/** What a process needs of a shell; what it says of the app is judged apart. */
const neutral = /^(PATH|HOME|USER|TMPDIR|LANG|LC_\w+|NODE_EXTRA_CA_CERTS|SSL_CERT_\w+)$/;
const isConfiguration = ({ group }) => group === 'Configuration';

/**
 * Configuration, servers and time-outs as the app sees them: of what runs, and of what the next `npm start` from this
 * shell would run.
 *
 * @param stack env: what was started last
 */
export async function examineServers({
  root,
  dir,
  env,
}: {
  root: string;
  dir: string;
  env: Record<string, string>;
}) {
  // Nothing was started here: the shell names all there is.
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
