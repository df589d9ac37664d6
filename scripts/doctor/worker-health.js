'use strict';

const { apiName } = require('../stack/app-names');
const { askHealth } = require('./ask-health');
const { findingsOf } = require('./finding');

const { ok, error } = findingsOf('Workers (PM2)');
const logs = `npx pm2 logs ${apiName} tells more`;

const nameOf = ({ name, instance }) => `${name === apiName ? 'API' : 'Job'} worker ${instance}`;

/** A reload is none: the old worker goes, and the new one waits for the same. @param {string} unready */
function cureOf(unready) {
  if (unready.includes('MongoDB'))
    return `See MongoDB above: with it they are ready, and no reload helps. Where it is fine there, ${logs}`;
  if (unready.includes('drains')) return 'It is leaving, or somebody drained it: Resume it at /ops';
  return logs;
}

/**
 * @typedef {{ app: import('../stack/stack').AppProcess, health: import('./ask-health').Health }} Asked
 * @param {Asked[]} asked @returns {import('./finding').Finding[]}
 */
function judgeHealth(asked) {
  const findings = asked
    .filter(({ health }) => health.wrong)
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
  return findings.length > 0 || asked.length === 0 ? findings : [ok('each is ready at its own port')];
}

/** Each at its own port. @param {import('../stack/stack').AppProcess[]} apps */
async function askEach(apps) {
  const api = apps.filter(({ port, status }) => port && status === 'online');
  const asked = api.map(async (app) => ({ app, health: await askHealth(`http://127.0.0.1:${app.port}`) }));
  return judgeHealth(await Promise.all(asked));
}

module.exports = { askEach, judgeHealth, nameOf };
