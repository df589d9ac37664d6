'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { apiName } = require('../stack/app-names');
const { brokenBuilds } = require('./broken-builds');
const { calm } = require('./calm');
const { dir, root, withOwnStack } = require('./own-stack');
const { interruption, UserError } = require('../command/run-command');
const { percentile, prepareLoad, startLoad, tellFailures } = require('./load');

const connections = 48;
const apiWorkers = 2;
const warmUpMs = 8_000;
/** Aimed at: p99 with reloads, by p99 without. */
const mostTimesP99 = 3;
const ms = (value) => `${value.toFixed(0)} ms`;

/** The same load without reloads, with them, and without again: half as long before and half after. */
async function compare(progress, { load, reload, reloads }) {
  const phase = async (name, work) => {
    const began = Date.now();
    load.take();
    await progress.step('load', name, work);
    const taken = load.take();
    const p99 = percentile(taken.times, 0.99);
    progress.line('load', `${tellFailures(taken)}, p99 ${ms(p99)}`);
    return { ...taken, seconds: (Date.now() - began) / 1_000, p99 };
  };
  const first = await phase('one reload, to see how long it takes', () => reload());
  const before = await phase('without reloads', () => calm((first.seconds * 1_000 * reloads) / 2));
  const during = await phase(`${reloads} reloads`, async ({ say }) => {
    for (let i = 1; i <= reloads; i += 1) {
      if (interruption.signal.aborted) throw new UserError('interrupted');
      await reload();
      if (i % 5 === 0) say(`${i} reloads`);
    }
  });
  const after = await phase('without reloads', () => calm(during.seconds * 500));
  return { before, during, after };
}

async function refuseBroken({ stack, load, faults }) {
  const pids = async () => (await stack.apps()).map(({ pid }) => pid).join();
  const present = stack.info().env;
  const builds = path.join(dir, 'builds');
  for (const { name, options, refusal } of brokenBuilds(root, builds)) {
    const before = await pids();
    load.take();
    const env = { ...present, ...options.env };
    const said = await stack.replaceApps({ ...options, apiWorkers, env, say: () => {} }).then(
      () => 'taken',
      (error) => error.message,
    );
    const taken = load.take();
    const isRefused = refusal.test(said) && before === (await pids());
    console.log(`${name.padEnd(24)}${isRefused ? 'refused' : 'NOT REFUSED'}, ${tellFailures(taken)}`);
    if (!isRefused) faults.push(`${name}: ${said}`);
    if (taken.failed > 0) faults.push(`${name}: ${tellFailures(taken)}`);
  }
  fs.rmSync(builds, { recursive: true, force: true });
}

/** Reloads under load, and builds that must be refused. @returns {Promise<string[]>} what was not as promised */
async function drillReloads(progress, { reloads }) {
  const faults = [];
  await withOwnStack(progress, { apiWorkers }, async ({ stack, url, ...account }) => {
    const load = startLoad({ url, connections, ...(await prepareLoad({ url, ...account })) });
    const reload = () => stack.pm2(['reload', apiName], { timeoutMs: 120_000 });
    try {
      await progress.step('load', `${connections} connections, half of them POST /tasks`, () =>
        calm(warmUpMs),
      );
      const phases = await compare(progress, { load, reload, reloads });
      console.log('\n                        seconds  requests/s  p99');
      for (const [name, { seconds, answered, p99 }] of Object.entries(phases)) {
        const rate = (answered / seconds).toFixed(0);
        console.log(`${name.padEnd(24)}${seconds.toFixed(0).padEnd(9)}${rate.padEnd(12)}${ms(p99)}`);
        const failed = phases[name].failed;
        if (failed > 0) faults.push(`${name}: ${tellFailures(phases[name])}`);
      }
      const { before, during, after } = phases;
      const ratio = during.p99 / percentile([...before.times, ...after.times], 0.99);
      console.log(
        `${reloads} reloads: ${tellFailures(during)}; p99 is ${ratio.toFixed(1)} times that without`,
      );
      if (ratio > mostTimesP99) faults.push(`p99 is ${ratio.toFixed(1)} times that without reloads`);
      await refuseBroken({ stack, load, faults });
    } finally {
      await load.stop();
    }
  });
  return faults;
}

module.exports = { drillReloads };
