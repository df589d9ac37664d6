import { apiName } from '../stack/app-names';
import { apiStatusOf, socketOf } from '../stack/control';
import type { AppProcess } from '../stack/types';
import { askHealth, type Health } from './ask-health';
import { pm2Call } from '../../src/command-line/pm2-call';
import { httpAddress } from '../../src/lib/http-address';
import { findingsOf, type Finding } from '../../src/doctor/finding';

const { ok, warning, error } = findingsOf('Workers (PM2)');

/** What the findings say of this host. */
export interface Place {
  /** Name of this host, with which the names of its processes begin. */
  host: string;
  /** Folder of the PM2 that runs the workers. */
  pm2Home?: string;
}

export const nameOf = (host: string, { name, instance }: Pick<AppProcess, 'name' | 'instance'>) =>
  `${host}/${name === apiName ? 'api' : 'worker'}-${instance}`;

/** A reload does not help: the new worker would wait for the same server. */
function cureOf(unready: string, logs: string, host: string) {
  if (unready.includes('MongoDB'))
    return `See MongoDB above: the workers are ready once it answers, and no reload helps. If it is fine there, ${logs}`;
  if (unready.includes('drains'))
    return `It is being replaced, or an operator drained it. Resume at /ops ends that, or npx taskfleet hosts resume ${host} if the whole host is drained`;
  return logs;
}

interface Asked {
  app: AppProcess;
  health: Health;
  /** The answer of its control socket, if it gives one. */
  status?: { draining: boolean; asideSince?: number; hostDrained?: boolean };
}

/** Judges a worker that refuses connections on purpose. */
function judgeDrained(host: string, { app, status }: Asked): Finding {
  const who = `${nameOf(host, app)} on port ${app.port}`;
  if (status?.asideSince)
    return warning(
      `${who} stepped aside: it is held to a part of a core, and its siblings have room`,
      'Look for a CPU quota, a busy core, swapping or a slow disk. It returns by itself once it is as quick as before',
    );
  return status?.hostDrained
    ? warning(
        `${who} is drained, as all of ${host}: it takes no requests`,
        `When the host is to serve again: npx taskfleet hosts resume ${host}`,
      )
    : warning(
        `${who} is drained: it takes no requests`,
        'Somebody drained this worker. When it is to serve again: Resume at /ops',
      );
}

export function judgeHealth(asked: Asked[], { host, pm2Home }: Place): Finding[] {
  const logs = `${pm2Call(pm2Home, `logs ${asked[0]?.app.pm2Name ?? apiName}`)} shows more`;
  const findings = asked
    .filter(({ health, status }) => health.wrong && !status?.draining)
    .map(({ app, health }) =>
      error(
        `${nameOf(host, app)} on port ${app.port} ${health.wrong}`,
        `${logs}; if MongoDB is fine, ${pm2Call(pm2Home, `reload ${app.id}`)} replaces it`,
      ),
    );
  const reasons = asked.flatMap(({ health }) => (!health.wrong && health.unready) || []);
  // One finding for each reason, whatever the number of workers.
  for (const reason of new Set(reasons)) {
    const those = asked
      .filter(({ health }) => !health.wrong && health.unready === reason)
      .map(({ app }) => app);
    const who =
      those.length === 1 && those[0]
        ? `${nameOf(host, those[0])} on port ${those[0].port} answers`
        : `${those.length} API workers on ports ${those.map(({ port }) => port).join(', ')} answer`;
    findings.push(error(`${who}; /health/ready answers ${reason}`, cureOf(reason, logs, host)));
  }
  findings.push(
    ...asked
      .filter(({ health, status }) => health.wrong && status?.draining)
      .map((one) => judgeDrained(host, one)),
  );
  return findings.length > 0 || asked.length === 0 ? findings : [ok('each is ready at its own port')];
}

/** Asks each API worker at its own port and by its control socket. @param env variables of the apps */
export async function askEach(
  apps: AppProcess[],
  env: Record<string, string>,
  place: Place,
): Promise<Finding[]> {
  const api = apps.filter(({ port, status }) => port && status === 'online');
  const asked = api.map(async (app) => {
    const health = askHealth(httpAddress(env.HOST, app.port ?? 0), app.door);
    const status = apiStatusOf(socketOf(env, app));
    return { app, health: await health, status: await status };
  });
  return judgeHealth(await Promise.all(asked), place);
}
