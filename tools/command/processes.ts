'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { runCommand, sleep } = require('../command/run-command');

/** Every process of a stack carries its folder in this variable, so that it can be told from others. */
const marker = 'TASKFLEET_STACK';

/** @param {number} pid a zombie, whose parent hasn't collected it, counts as dead */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
  return !/^\d+ \(.*\) Z/s.test(readOrEmpty(`/proc/${pid}/stat`));
}

/** @param {string} file */
function readOrEmpty(file) {
  try {
    return fs.readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}

/** @param {string} link */
function linkOrEmpty(link) {
  try {
    return fs.readlinkSync(link);
  } catch {
    return '';
  }
}

/** Other stacks, such as that of the tests, may lie in further folders of a stack's own. */
const serverFolders = ['mongo', 'redis', 'rabbit', 'nginx'];

/** NGINX and Redis overwrite the environment they were started with: their working folder tells then. */
function isOwned(pid, dir, executables) {
  if (readOrEmpty(`/proc/${pid}/environ`).split('\0').includes(`${marker}=${dir}`)) return true;
  const executable = path.basename(linkOrEmpty(`/proc/${pid}/exe`).replace(/ \(deleted\)$/, ''));
  const [folder] = path.relative(dir, linkOrEmpty(`/proc/${pid}/cwd`)).split(path.sep);
  return executables.includes(executable) && serverFolders.includes(folder);
}

/** Where there is no /proc: the pids that PM2 wrote down, if the program is still one of ours. */
async function findByPidFiles(pidFolders, executables) {
  const files = pidFolders.flatMap((folder) =>
    fs.existsSync(folder) ? fs.readdirSync(folder).map((name) => path.join(folder, name)) : [],
  );
  const found = [];
  for (const pid of files.map((file) => Number(readOrEmpty(file))).filter(Boolean)) {
    const { stdout } = await runCommand('ps', ['-o', 'comm=', '-p', String(pid)], { timeoutMs: 5_000 });
    if (executables.includes(path.basename(stdout.trim()))) found.push(pid);
  }
  return found;
}

/**
 * Processes that belong to the stack in `dir`, whoever started them.
 *
 * @param {{ dir: string, executables: string[], pidFolders: string[] }} stack
 * @returns {Promise<number[]>}
 */
async function findOwned({ dir, executables, pidFolders }) {
  if (!fs.existsSync('/proc/self/environ')) return findByPidFiles(pidFolders, executables);
  const pids = fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => pid !== process.pid && isOwned(pid, dir, executables));
}

/**
 * Ends processes: asks first, and insists after `graceMs`.
 *
 * @param {number[]} pids @param {number} [graceMs]
 */
async function endProcesses(pids, graceMs = 5_000) {
  const send = (signal) => {
    for (const pid of pids.filter(isAlive)) {
      try {
        process.kill(pid, signal);
      } catch {
        // It ended by itself.
      }
    }
  };
  send('SIGTERM');
  for (let waited = 0; pids.some(isAlive) && waited < graceMs; waited += 100) await sleep(100);
  send('SIGKILL');
  for (let waited = 0; pids.some(isAlive) && waited < 2_000; waited += 50) await sleep(50);
}

module.exports = { marker, isAlive, findOwned, endProcesses };
