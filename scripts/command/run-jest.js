'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { spawn } = require('node:child_process');
const { interruption } = require('./run-command');

/** A run that has told its outcome and doesn't end has left something open: that is a failure. */
const END_MS = 15_000;

/**
 * Runs jest; what it prints goes straight through.
 *
 * @param {string} root
 * @param {string[]} args
 * @param {{ env: NodeJS.ProcessEnv, dir: string, endBy: number }} options dir: where its report may be written;
 *   endBy: when it is ended, ms since 1970
 * @returns {Promise<{ passed: number, failed: number }>} a suite that can't run or end counts as one failed test
 */
async function runJest(root, args, { env, dir, endBy }) {
  const report = path.join(dir, `jest-${process.pid}.json`);
  const jest = path.join(root, 'node_modules', '.bin', 'jest');
  const all = ['--verbose=false', '--json', `--outputFile=${report}`, ...args];
  // jest itself would fail as soon as its reader goes away; a terminal it has to know as one.
  const stderr = process.stderr.isTTY ? 'inherit' : 'pipe';
  const child = spawn(jest, all, { cwd: root, env, stdio: ['ignore', 'ignore', stderr], detached: true });
  child.stderr?.on('data', (chunk) => process.stderr.write(chunk));
  const ended = new Promise((resolve) => child.once('close', resolve));
  // With whatever its tests have started: they are of its group.
  const end = () => process.kill(-child.pid, 'SIGKILL');
  const timers = [setTimeout(end, Math.max(0, endBy - Date.now()))];
  const poll = setInterval(() => {
    if (timers.length > 1 || !fs.existsSync(report)) return;
    timers.push(setTimeout(end, END_MS));
  }, 500);
  interruption.signal.addEventListener('abort', end, { once: true });
  const code = await ended;
  clearInterval(poll);
  timers.forEach(clearTimeout);
  interruption.signal.removeEventListener('abort', end);
  return readReport(report, code);
}

function readReport(report, code) {
  if (!fs.existsSync(report)) return { passed: 0, failed: 1 };
  const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites } = JSON.parse(
    fs.readFileSync(report, 'utf8'),
  );
  fs.rmSync(report);
  if (code === null) console.error('jest had to be ended: a test has left something open.');
  const failed = numFailedTests + numRuntimeErrorTestSuites;
  return { passed: numPassedTests, failed: failed || (code === 0 ? 0 : 1) };
}

module.exports = { runJest };
