'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { createLedger } = require('./drill/ledger');
const { createProgress } = require('./set-up/progress');
const { createStack } = require('./stack/stack');
const { ensureAdmin } = require('./admin-account');
const { prepare, root } = require('./set-up/prepare');
const { runMain } = require('./command');
const { interruption, sleep, UserError, waitUntil } = require('./run-command');
const { watchDaemons } = require('./stack/watch-daemons');
const { withLock } = require('./set-up/lock');

const dir = path.join(root, '.local', 'drill');
/** What is promised: all is served again by then, without a hand. */
const promisedS = 15;
const giveUpMs = 90_000;
const calmMs = 3_000;
const servers = /** @type {const} */ (['nginx', 'redis', 'rabbit', 'mongo']);

async function startStack() {
  for (const name of ['MONGO_URL', 'REDIS_URL', 'AMQP_URL']) delete process.env[name];
  const stack = createStack({ root, dir, basePorts: { nginx: 3400, api: 4501 }, urls: {} });
  const start = async () => {
    try {
      await stack.startServers({ only: ['mongo', 'redis', 'rabbit', 'nginx'], apiWorkers: 2 });
      await stack.startApps({
        apiWorkers: 2,
        env: { BCRYPT_COST: '8', LOG_LEVEL: 'warn', KEY_PREFIX: 'drill' },
      });
      return true;
    } catch (error) {
      console.log(error.message);
      return false;
    }
  };
  return { stack, start };
}

/** By name, how each process is killed. @param {import('./stack/stack').Stack} stack */
function victimsOf(stack) {
  const killApp = (wanted) => async () => {
    const find = async () =>
      (await stack.apps()).find(({ name, status }) => name === wanted && status === 'online');
    const found = await waitUntil(find, { timeoutMs: 30_000, what: `No ${wanted} is online` });
    process.kill(found.pid, 'SIGKILL');
  };
  return {
    'an API worker': killApp('taskfleet-api'),
    'the job worker': killApp('taskfleet-worker'),
    ...Object.fromEntries(servers.map((name) => [name, () => stack.server(name).kill('SIGKILL')])),
    'the PM2 of the apps': async () => {
      process.kill(Number(fs.readFileSync(path.join(stack.info().pm2Home, 'pm2.pid'), 'utf8')), 'SIGKILL');
    },
  };
}

const share = (counts, kind) => {
  const [served, refused] = ['served', 'refused'].map((what) => counts[`${kind} ${what}`] ?? 0);
  return `${served} of ${served + refused}`;
};

/** @returns {Promise<{ seconds: number, counts: Record<string, number> }>} */
async function killAndWait(kill, ledger) {
  ledger.take();
  await kill();
  const killedAt = Date.now();
  await sleep(200);
  // Twice: what is up for a moment isn't back.
  const isBack = async () => (await ledger.isServed()) && ledger.isServed();
  await waitUntil(isBack, { timeoutMs: giveUpMs, everyMs: 100, what: 'Not everything is served again' });
  const seconds = (Date.now() - killedAt) / 1_000;
  return { seconds, counts: ledger.take() };
}

async function drill() {
  const progress = createProgress();
  await prepare({ need: ['npm', 'system', 'mongo', 'build'], progress });
  const { stack, start } = await startStack();
  const faults = [];
  const ended = new AbortController();
  const signal = AbortSignal.any([ended.signal, interruption.signal]);
  let watching;
  try {
    await progress.step('stack', 'starting one of its own', async () => {
      if (!(await start())) throw new UserError('The stack of the drill did not start.');
    });
    watching = watchDaemons({ root, stackFile: stack.stackFile, start, say: () => {}, signal });
    const { url, env } = stack.info();
    const admin = await ensureAdmin({ root, dir, env });
    stack.stackFile.update({ admin: admin ?? stack.stackFile.read().admin });
    const { email, passwordFile } = stack.stackFile.read().admin;
    const password = fs.readFileSync(passwordFile, 'utf8').trim();
    const ledger = await createLedger({ url, email, password });
    await waitUntil(ledger.isServed, { timeoutMs: 30_000, what: 'Not everything is served' });

    console.log('\nkilled with -9        served again  reads served    lists           writes');
    for (const [name, kill] of Object.entries(victimsOf(stack))) {
      const { seconds, counts } = await killAndWait(kill, ledger);
      const columns = ['read', 'list', 'write'].map((kind) => share(counts, kind).padEnd(16)).join('');
      console.log(`${name.padEnd(22)}${`${seconds.toFixed(1)} s`.padEnd(14)}${columns}`.trimEnd());
      if (seconds > promisedS) faults.push(`${name}: ${seconds.toFixed(1)} s, more than ${promisedS}`);
      for (const [what, count] of Object.entries(counts)) {
        if (what.includes('without')) faults.push(`${name}: ${count} × ${what}`);
      }
      await sleep(calmMs);
    }
    await ledger.stop();
    const lost = await ledger.findLost();
    const { tasks, jobs } = ledger.acknowledged();
    console.log(`\n${tasks} tasks and ${jobs} jobs were acknowledged; ${lost.length} of them lost.`);
    faults.push(...lost.slice(0, 10).map((what) => `lost: ${what}`));
  } finally {
    ended.abort();
    await watching;
    await progress.step('stack', 'stopping', () => stack.stop());
  }
  for (const fault of faults) console.log(`✗ ${fault}`);
  if (faults.length > 0) process.exitCode = 1;
  else console.log('Every promise held.');
}

fs.mkdirSync(dir, { recursive: true });
void runMain(() => withLock(path.join(dir, 'drill.lock'), { timeoutMs: 60_000 }, drill));
