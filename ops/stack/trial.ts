'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { fork } = require('node:child_process');
const { workerVariables } = require('./app-environment');
const { findFree } = require('./ports');
const { interruption, UserError } = require('../command/run-command');
const { forPeople, lastLines } = require('./app-logs');
const { requireOk } = require('./ask-status');

const stopMs = 15_000;

/** @param {import('node:child_process').ChildProcess} child */
function end(child) {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', resolve);
    child.kill('SIGINT');
    setTimeout(() => child.kill('SIGKILL'), stopMs).unref();
  });
}

/**
 * Starts one process of a build beside those that serve.
 *
 * @param {string} file @param {NodeJS.ProcessEnv} env @param {number} limitMs
 * @param {() => Promise<void>} check once it says that it is ready
 */
async function tryProcess(file, env, limitMs, check) {
  const child = fork(file, [], { env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'], execArgv: [] });
  let said = '';
  const keep = (chunk) => (said = (said + chunk).slice(-10_000));
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  let limit;
  try {
    await new Promise((resolve, reject) => {
      child.on('message', (message) => message === 'ready' && resolve());
      child.once('error', reject);
      // Not at 'exit': what it printed last may come after that.
      child.once('close', (code, signal) => reject(new Error(`it ended (${signal ?? `status ${code}`})`)));
      const giveUp = () => reject(new Error(`it was not ready within ${limitMs / 1_000} s`));
      // Not AbortSignal.any of a time-out: that one may be collected as garbage before it fires (nodejs/node#57736).
      limit = setTimeout(giveUp, limitMs);
      interruption.signal.addEventListener('abort', giveUp, { once: true });
    });
    await check();
  } catch (error) {
    // fetch alone says no more than that it failed.
    const reason = [error.message, error.cause?.message].filter(Boolean).join(': ');
    const last = lastLines(said).split('\n').map(forPeople).join('\n');
    throw new UserError(
      `${path.basename(file)}: ${reason}; it printed ${last ? `last:\n${last}` : 'nothing'}`,
    );
  } finally {
    clearTimeout(limit);
    await end(child);
  }
}

/**
 * Boots a build, with the configuration that it will have, on a spare port: with the real servers behind it,
 * without a request from outside, without taking a job.
 *
 * @param {string} folder with api.js and worker.js
 * @param {Record<string, string>} env
 * @param {{ limitMs: number, status?: (text: string) => void }} options status: told what is waited for
 * @throws UserError that says why it isn't fit to serve
 */
async function tryBuild(folder, env, { limitMs, status = () => {} }) {
  for (const file of ['api.js', 'worker.js']) {
    if (!fs.existsSync(path.join(folder, file))) throw new UserError(`${folder} has no ${file}.`);
  }
  const port = await findFree(Number(env.BASE_PORT) + 1_000);
  const url = `http://127.0.0.1:${port}`;
  const own = { BASE_PORT: String(port), HOST: '127.0.0.1', RUN_DIR: '', NODE_APP_INSTANCE: '0' };
  const trial = { ...process.env, ...env, ...own, TASKFLEET_TRIAL: 'true' };
  status('trying api.js on a spare port');
  await tryProcess(path.join(folder, 'api.js'), trial, limitMs, async () => {
    for (const place of ['/health/ready', '/openapi.json']) await requireOk(`${url}${place}`, 5_000);
  });
  status('trying worker.js');
  await tryProcess(path.join(folder, 'worker.js'), workerVariables(trial), limitMs, async () => {});
}

module.exports = { tryBuild };
