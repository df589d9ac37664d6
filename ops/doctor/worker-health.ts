'use strict';

const { apiName } = require('../stack/app-names');
const { askHealth } = require('./ask-health');
const { findingsOf } = require('./finding');

const { ok, warning, error } = findingsOf('Workers (PM2)');
const logs = `npx pm2 logs ${apiName} tells more`;

const nameOf = ({ name, instance }) => `${name === apiName ? 'API' : 'Job'} worker ${instance}`;

/** A reload is none: the old worker goes, and the new one waits for the same. @param {string} unready */
function cureOf(unready) {
  if (unready.includes('MongoDB'))
    return `See MongoDB above: with it they are ready, and no reload helps. Where it is fine there, ${logs}`;
  if (unready.includes('drains')) return 'It is leaving, or somebody drained it: Resume it at /ops';
  return logs;
}

/** A worker that takes no connections on purpose. @param {Asked} asked @returns {import('./finding').Finding} */
function judgeDrained({ app, status }) {
  const who = `${nameOf(app)} on port ${app.port}`;
  return status.asideSince
    ? warning(
        `${who} stepped aside: it is held to a part of a core, and its siblings have room`,
        'Look for a CPU quota, a busy core, swapping or a slow disk. It returns by itself once it is as quick as before',
      )
    : warning(`${who} is drained: it takes no requests`, 'Resume it at /ops, or run: npm start');
}

/**
 * @typedef {{ app: import('../stack/stack').AppProcess, health: import('./ask-health').Health,
 *   status?: { draining: boolean, asideSince?: number } }} Asked status: what it says by its socket, if it answers there
 * @param {Asked[]} asked @returns {import('./finding').Finding[]}
 */
function judgeHealth(asked) {
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
async function askSocket(control, { pid }) {
  const socket = control?.listSockets(control.folder).find((one) => one.pid === pid);
  return socket && control.askProcess(socket, 'GET /status').catch(() => undefined);
}

/**
 * Each at its own port, and by its socket.
 *
 * @param {import('../stack/stack').AppProcess[]} apps
 * @param {ReturnType<import('../stack/control').controlOf>} [control]
 */
async function askEach(apps, control) {
  const api = apps.filter(({ port, status }) => port && status === 'online');
  const asked = api.map(async (app) => {
    const health = askHealth(`http://127.0.0.1:${app.port}`);
    const status = askSocket(control, app);
    return { app, health: await health, status: await status };
  });
  return judgeHealth(await Promise.all(asked));
}

module.exports = { askEach, judgeHealth, nameOf };
