import { apiName } from '../stack/app-names';
import type { AppProcess, Stack } from '../stack/types';
import { pm2Call } from '../../src/command-line/pm2-call';
import { hostNameOf } from '../../src/config';
import { findingsOf, type Finding } from '../../src/doctor/finding';
import { messageOf } from '../../src/lib/error-code';
import { askEach, nameOf, type Place } from './worker-health';

const { ok, warning, error } = findingsOf('Workers (PM2)');
/** Time limit of a PM2 command, which takes a second by itself. */
const limitMs = 5_000;
const manyRestarts = 20;

/** PM2 lists stopped processes as well. */
const areOnline = (apps: AppProcess[]) => apps.every(({ status }) => status === 'online');

const counted = ({ length }: unknown[], what: string) => `${length} ${what}${length === 1 ? '' : 's'}`;

/** @param wanted what the last start asked for, and the place */
export function judgeWorkers(
  apps: AppProcess[],
  { apiWorkers, release, host, pm2Home }: Place & { apiWorkers: number; release?: string },
) {
  const api = apps.filter(({ name }) => name === apiName);
  const findings: Finding[] = [];
  if (api.length === 0) findings.push(error('No API worker runs', 'npm start'));
  else if (api.length < apiWorkers)
    findings.push(
      warning(`${api.length} API workers of ${apiWorkers}`, `npm run scale -- ${apiWorkers}, or npm start`),
    );
  else if (areOnline(api)) findings.push(ok(counted(api, 'API worker')));
  const jobWorkers = apps.filter(({ name }) => name !== apiName);
  if (jobWorkers.length === 0) findings.push(error('No job worker runs: jobs wait', 'npm start'));
  else if (areOnline(jobWorkers)) findings.push(ok(counted(jobWorkers, 'job worker')));
  for (const app of apps) {
    const shown = `${pm2Call(pm2Home, `logs ${app.pm2Name}`)} shows why`;
    const logs = `${shown}; npm start starts it again`;
    if (app.status !== 'online') findings.push(error(`${nameOf(host, app)} is ${app.status}`, logs));
    else if (app.crashes > 0)
      findings.push(warning(`${nameOf(host, app)} crashed ${app.crashes} times`, logs));
    else if (app.restarts >= manyRestarts)
      findings.push(
        warning(
          `${nameOf(host, app)} was restarted ${app.restarts} times, including reloads`,
          `${shown}; ${pm2Call(pm2Home, `reset ${app.pm2Name}`)} sets the count to 0`,
        ),
      );
  }
  const releases = new Set(apps.map((app) => app.release));
  if (releases.size > 1 || (apps.length > 0 && release && !releases.has(release)))
    findings.push(warning('Not all processes run the newest build and configuration', 'npm run reload'));
  else if (apps.length > 0) findings.push(ok('all processes run the same build and configuration'));
  return findings;
}

/** Messages of `checkApps` name the cure in their further lines. */
function fromMessage(message: string) {
  const [first = '', ...rest] = message.split('\n');
  return error(first, rest.join(' ').trim() || 'npm start');
}

export async function examineWorkers(stack: Stack): Promise<{ findings: Finding[]; apps: AppProcess[] }> {
  const { pm2Home, env, release } = stack.info();
  if (!(await stack.isPm2Running()))
    return { apps: [], findings: [error(`PM2 does not run in ${pm2Home}`, 'npm start')] };
  const [list, obstacle] = await Promise.allSettled([
    stack.apps({ timeoutMs: limitMs }),
    stack.checkApps({ timeoutMs: limitMs }),
  ]);
  if (list.status === 'rejected') {
    const cure = `Its daemon hangs: kill -9 $(cat ${pm2Home}/pm2.pid), then npm start`;
    return { apps: [], findings: [error(`PM2 in ${pm2Home} does not list its processes`, cure)] };
  }
  const apps = list.value;
  const place = { host: hostNameOf(env), pm2Home };
  const wanted = { apiWorkers: Number(env.API_WORKERS) || 0, release, ...place };
  const findings = obstacle.status === 'rejected' ? [fromMessage(messageOf(obstacle.reason))] : [];
  const health = await askEach(apps, env, place);
  return { apps, findings: [...findings, ...judgeWorkers(apps, wanted), ...health] };
}
