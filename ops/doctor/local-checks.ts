import { createRequire } from 'node:module';
import { runChecks, type Check } from '../../src/doctor/check';
import { findingsOf } from '../../src/doctor/finding';
import { judgeConfiguration } from '../../src/doctor/judge-configuration';
import { readTimeOuts } from '../../src/doctor/judge-time-outs';
import { createPm2 } from '../../tools/local-servers/pm2';
import { diskPlaces } from '../stack/disk-places';
import type { Stack } from '../stack/types';
import { examineAdmin, examineEdge } from './certificate';
import { examineCheckout } from './checkout';
import { examineConfigFile } from './config-file';
import { bothConfigurations, nextEnvironment } from './configuration';
import { examineLogs } from './logs';
import { examineNginx, examinePorts } from './nginx';
import { examineWorkers } from './workers';

const load = createRequire(__filename);
/** Time limit of a PM2 command, which takes a second by itself. */
const pm2Ms = 3_000;
const { error } = findingsOf('Stack');

/** While nothing of the stack runs, only disks, backups and servers that this shell names can be checked. */
const canBeChecked = ({ group }: Check, { MONGO_URL, REDIS_URL, AMQP_URL }: NodeJS.ProcessEnv) =>
  ['Disk', 'Backups'].includes(group) ||
  Boolean({ MongoDB: MONGO_URL, Redis: REDIS_URL, RabbitMQ: AMQP_URL }[group]);

/** A PM2 that does not answer counts as running: its check reports what is wrong. */
async function isAnythingUp(stack: Stack, root: string) {
  const { home } = stack.stackFile.read().supervisor ?? {};
  if (home && (await createPm2({ root, home }).isRunning())) return true;
  if (!(await stack.isPm2Running())) return false;
  const count = await stack.apps({ timeoutMs: pm2Ms }).then(
    ({ length }) => length,
    () => 1,
  );
  return count > 0;
}

/** Lists the checks of a local stack: what a container checks, and PM2, NGINX and this folder. */
export async function localChecks(stack: Stack, root: string): Promise<Check[]> {
  const { dir, url, env: started, pm2Home: appsHome } = stack.info();
  const shell = process.env;
  const isUp = await isAnythingUp(stack, root);
  // PM2 may run workers that `npm start` did not start.
  const running = isUp && started.MONGO_URL ? started : undefined;
  const places = JSON.stringify(diskPlaces({ dir, appsHome, role: stack.role }));
  const { supervisor: { home: supervisorHome } = {}, upstream } = stack.stackFile.read();

  /** Loaded late: without the packages of package-lock.json this is a finding. */
  const checkEnvironment = () => {
    const { checksOf } = load('../../src/doctor/checks.ts') as typeof import('../../src/doctor/checks');
    const { createRepositories } = load(
      '../../src/compose/store.ts',
    ) as typeof import('../../src/compose/store');
    const timeOuts = () => readTimeOuts(root, dir);
    const checks = checksOf({
      // The apps do not read PROFILE: it stands beside their variables.
      env: {
        DISK_PLACES: places,
        PROFILE: upstream?.edge?.PROFILE,
        ...(running ?? shell),
        AMQP_MANAGEMENT_URL: shell.AMQP_MANAGEMENT_URL,
        PM2_HOME: appsHome,
      },
      timeOuts,
      createRepositories,
    });
    return runChecks(isUp ? checks : checks.filter((check) => canBeChecked(check, shell)));
  };
  const checkConfiguration = () => {
    // On a first start npm start chooses a MongoDB.
    const known = { MONGO_URL: 'mongodb://not-chosen-yet', ...started };
    const next = judgeConfiguration(nextEnvironment(shell, known));
    return running ? bothConfigurations(judgeConfiguration(running), next, shell, running) : next;
  };
  const checkProcesses = async () => {
    const [workers, nginx, edge] = await Promise.all([
      examineWorkers(stack),
      examineNginx({ url, dir, role: stack.role }),
      examineEdge(upstream?.edge ?? {}),
    ]);
    // An earlier role may have left a configuration of NGINX.
    const ports = stack.role === 'workers' ? [] : workers.apps.flatMap(({ port }) => port ?? []);
    return [...workers.findings, ...nginx, ...examinePorts(dir, ports), ...edge, ...examineAdmin(dir, shell)];
  };
  const nothingRuns = () => [error('Nothing of this stack runs', 'Start it with: npm start')];

  return [
    { group: 'This folder', run: () => examineCheckout(root) },
    { group: 'Disk', run: () => examineLogs({ dir, appsHome, supervisorHome, prefix: started.KEY_PREFIX }) },
    { group: 'Configuration', run: checkConfiguration },
    { group: 'Configuration', run: () => examineConfigFile(stack, isUp) },
    { group: 'Servers', run: checkEnvironment },
    isUp ? { group: 'Workers (PM2)', run: checkProcesses } : { group: 'Stack', run: nothingRuns },
  ];
}
