// @ts-nocheck
import { apiName } from '../stack/app-names';
import { AppProcess } from '../stack/types';
import { askHealth } from './ask-health';
import { findingsOf } from './finding';

const { ok, warning, error } = findingsOf('Workers (PM2)');
const logs = `npx pm2 logs ${apiName} tells more`;

export const nameOf = ({ name, instance }) => `${name === apiName ? 'API' : 'Job'} worker ${instance}`;

/** A reload is none: the old worker goes, and the new one waits for the same. */
function cureOf(unready: string) {
  if (unready.includes('MongoDB'))
    return `See MongoDB above: with it they are ready, and no reload helps. Where it is fine there, ${logs}`;
  if (unready.includes('drains')) return 'It is leaving, or somebody drained it: Resume it at /ops';
  return logs;
}

/** A worker that takes no connections on purpose. */
function judgeDrained({ app, status }: Asked): import('./finding').Finding {
  const who = `${nameOf(app)} on port ${app.port}`;
  return status.asideSince
    ? warning(
        `${who} stepped aside: it is held to a part of a core, and its siblings have room`,
        'Look for a CPU quota, a busy core, swapping or a slow disk. It returns by itself once it is as quick as before',
      )
    : warning(`${who} is drained: it takes no requests`, 'Resume it at /ops, or run: npm start');
}

/**
 * @typedef {{ app: import('../stack/types').AppProcess, health: import('./ask-health').Health,
 *   status?: { draining: boolean, asideSince?: number } }} Asked status: what it says by its socket, if it answers there
 * @param {Asked[]} asked @returns {import('./finding').Finding[]}
 */
export function judgeHealth(asked: Asked[]): import('./finding').Finding[] {
  const findings = asked
    .filter(({ health, status }) => health.wrong && !status?.draining)
    .map(({ app, health }) =>
      error(
        `${nameOf(app)} on port ${app.port} ${health.wrong}`,
        `${logs}; where MongoDB is fine, npx pm2 reload ${app.id} replaces it`,
      ),
    );
  const unready = asked.filter(({ health }) => !health.wrong && health.unready);
  // What all of them lack is said once.
  for (const reason of new Set(unready.map(({ health }) => health.unready))) {
    const those = unready.filter(({ health }) => health.unready === reason).map(({ app }) => app);
    const who =
      those.length === 1
        ? `${nameOf(those[0])} on port ${those[0].port} answers`
        : `${those.length} API workers on ports ${those.map(({ port }) => port).join(', ')} answer`;
    findings.push(error(`${who}; /health/ready says ${reason}`, cureOf(reason)));
  }
  findings.push(...asked.filter(({ health, status }) => health.wrong && status?.draining).map(judgeDrained));
  return findings.length > 0 || asked.length === 0 ? findings : [ok('each is ready at its own port')];
}

/** Asks a worker by its socket; `undefined` if there is no build or no answer. */
async function askSocket(
  control: {
    listSockets: (arg0: any) => any[];
    folder: any;
    askProcess: (arg0: any, arg1: string) => Promise<any>;
  },
  { pid }: AppProcess,
) {
  const socket = control?.listSockets(control.folder).find((one: { pid: any }) => one.pid === pid);
  return socket && control.askProcess(socket, 'GET /status').catch(() => undefined);
}

/** Each at its own port, and by its socket. */
export async function askEach(
  apps: import('../stack/types').AppProcess[],
  control: ReturnType<import('../stack/control').controlOf>,
) {
  const api = apps.filter(({ port, status }) => port && status === 'online');
  const asked = api.map(async (app) => {
    const health = askHealth(`http://127.0.0.1:${app.port}`);
    const status = askSocket(control, app);
    return { app, health: await health, status: await status };
  });
  return judgeHealth(await Promise.all(asked));
}
