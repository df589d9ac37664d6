'use strict';

const { spawn } = require('node:child_process');

/** An expected failure: its message says what to do, and no stack trace is shown. */
class UserError extends Error {}

/**
 * Runs a command to its end and returns what it printed.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, timeoutMs?: number, onLine?: (line: string) => void,
 *   signal?: AbortSignal }} [options]
 * @returns {Promise<{ code: number, stdout: string, stderr: string }>} code -1: it could not be started,
 *   or ran out of time
 */
function runCommand(command, args, { cwd, env, timeoutMs = 60_000, onLine, signal } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const output = { stdout: '', stderr: '' };
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      child.kill('SIGTERM');
      setTimeout(() => child.kill('SIGKILL'), 3_000).unref();
    }, timeoutMs);
    const abort = () => child.kill('SIGTERM');
    signal?.addEventListener('abort', abort, { once: true });

    for (const name of /** @type {const} */ (['stdout', 'stderr'])) {
      let rest = '';
      child[name].setEncoding('utf8').on('data', (chunk) => {
        output[name] += chunk;
        if (!onLine) return;
        const lines = (rest + chunk).split(/\r?\n/);
        rest = lines.pop() ?? '';
        lines.forEach((line) => onLine(line));
      });
    }
    const end = (code, problem) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      if (problem) output.stderr += problem;
      resolve({ code, ...output });
    };
    child.on('error', (error) => end(-1, error.message));
    // 'exit', not 'close': a daemon that the command leaves behind may keep the pipes open.
    child.on('exit', (code, killedBy) => {
      setImmediate(() => {
        child.stdout.destroy();
        child.stderr.destroy();
        end(timedOut ? -1 : (code ?? -1), timedOut ? `no end within ${timeoutMs / 1000} s` : (killedBy ?? ''));
      });
    });
  });
}

/** @param {number} ms */
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Asks again until the answer is truthy, and gives up with a clear message.
 *
 * @template T
 * @param {() => Promise<T> | T} ask a rejection counts as "not yet"
 * @param {{ timeoutMs: number, everyMs?: number, what: string }} options
 * @returns {Promise<T>}
 */
async function waitUntil(ask, { timeoutMs, everyMs = 100, what }) {
  const end = Date.now() + timeoutMs;
  for (let problem = ''; ; ) {
    try {
      const answer = await ask();
      if (answer) return answer;
    } catch (error) {
      problem = error.message;
    }
    if (Date.now() > end) {
      throw new UserError(`${what}: not within ${timeoutMs / 1000} s${problem && ` (${problem})`}`);
    }
    await sleep(everyMs);
  }
}

module.exports = { runCommand, sleep, waitUntil, UserError };
