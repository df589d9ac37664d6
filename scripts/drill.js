'use strict';

const path = require('node:path');
const { createProgress } = require('./set-up/progress');
const { dir } = require('./drill/own-stack');
const { drillJobWorkers } = require('./drill/job-workers');
const { drillKills } = require('./drill/kill');
const { drillOddRequests } = require('./drill/odd');
const { drillReloads } = require('./drill/reload');
const { drillScaling } = require('./drill/scale');
const { runMain } = require('./command/run-main');
const { UsageError } = require('./command/run-command');
const { withLock } = require('./set-up/lock');

const usage = `npm run drill [-- kill | reload | scale | jobs | odd] [--reloads N]

  kill     kills each process with -9 under load: how long until all is served
           again, and whether anything is lost (3 minutes)
  reload   20 reloads and three builds to refuse, under 48 connections
           (10 minutes); --reloads N: fewer or more of them
  scale    1 to 4 API workers and back, and to six, under load (5 minutes)
  jobs     the same jobs with one job worker and with two (1 minute)
  odd      200 odd requests a second, beside which the plain requests of another
           member must stay as quick as before (2 minutes)

Without a name: kill.

On a stack of its own, beside what runs; nothing of it is left.
`;

/** @type {Record<string, (progress: any, options: { reloads: number }) => Promise<string[]>>} */
const drills = {
  kill: drillKills,
  reload: drillReloads,
  scale: drillScaling,
  jobs: drillJobWorkers,
  odd: drillOddRequests,
};

/** @param {string} text */
function reloadsOf(text) {
  const reloads = Number(text);
  if (Number.isInteger(reloads) && reloads >= 1 && reloads <= 100) return reloads;
  throw new UsageError(`--reloads ${text}: a whole number from 1 to 100 is needed.`);
}

async function drill(name, reloads) {
  const faults = await drills[name](createProgress(), { reloads });
  for (const fault of faults) console.log(`✗ ${fault}`);
  if (faults.length > 0) process.exitCode = 1;
  else console.log('Every promise held.');
}

const command = { usage, options: { reloads: { type: 'string' } }, most: 1, among: Object.keys(drills) };
void runMain(command, async ({ values, positionals: [name = 'kill'] }) => {
  const reloads = reloadsOf(values.reloads ?? '20');
  await withLock(path.join(dir, 'drill.lock'), { timeoutMs: 60_000 }, () => drill(name, reloads));
});
