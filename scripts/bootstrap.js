#!/usr/bin/env node
'use strict';

// The only plain JavaScript: it must run before anything is installed, on an older Node as well.
//   node scripts/bootstrap.js COMMAND …   installs the packages and runs a command (ops/cli.ts)
//   node -r scripts/bootstrap.js FILE.ts  lets Node load TypeScript
const fs = require('node:fs');
const path = require('node:path');
const { spawn } = require('node:child_process');
const { isMainThread } = require('node:worker_threads');

const root = path.join(__dirname, '..');
const lock = path.join(root, '.local', 'npm-ci.lock');

function refuse(text, status = 1) {
  console.error(text);
  process.exit(status);
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19))
    refuse(`Node 20.19 or newer is needed; this is ${process.version}.`);
  // Node fails with ERR_INVALID_MODULE_SPECIFIER for each package that has `exports`.
  if (root.includes('\\'))
    refuse(`Node loads no packages below a folder with a backslash in its name: rename it.\n${root}`);
}

/** Whether node_modules is what package-lock.json asks for. npm writes its own list last, so that list is complete. */
function arePackagesInstalled() {
  const read = (file) => JSON.parse(fs.readFileSync(path.join(root, file), 'utf8')).packages;
  try {
    const present = read('node_modules/.package-lock.json');
    return Object.entries(read('package-lock.json')).every(([name, wanted]) => {
      if (name === '' || present[name]) return name === '' || present[name].version === wanted.version;
      // Packages for other platforms are listed and not installed.
      return Boolean(wanted.optional || wanted.devOptional || wanted.peer);
    });
  } catch {
    return false;
  }
}

function isLockHeld() {
  try {
    process.kill(Number(fs.readlinkSync(lock)), 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Waits for the lock. A link appears together with the pid that it names; the lock of a killed process does not count. */
async function takeLock() {
  fs.mkdirSync(path.dirname(lock), { recursive: true, mode: 0o700 });
  for (let isAnnounced = false; ;) {
    try {
      return fs.symlinkSync(String(process.pid), lock);
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (isLockHeld()) {
      if (!isAnnounced)
        console.error(`Another process installs the packages here: waiting for it (${lock}).`);
      isAnnounced = true;
      await new Promise((resolve) => setTimeout(resolve, 500));
    } else fs.rmSync(lock, { force: true });
  }
}

/** Lets one process install at a time. */
async function installPackages() {
  await takeLock();
  const release = () => fs.rmSync(lock, { force: true });
  process.once('exit', release);
  if (!arePackagesInstalled()) await runNpmCi();
  process.off('exit', release);
  release();
}

/** Runs `npm ci`, and passes on the signals that would end this process alone. The command has stdout for itself. */
async function runNpmCi() {
  console.error('Installing the packages once, which each command and its --help need (npm ci) …');
  // Under `npm start` the very npm that runs this process is used.
  const { npm_execpath: npm = '' } = process.env;
  const [command, first] = npm.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []];
  const args = [...first, 'ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  let isInterrupted = false;
  const passOn = (signal) => (isInterrupted = child.kill(signal));
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  // Before npm begins: a signal that came in between would leave it behind.
  signals.forEach((signal) => process.on(signal, passOn));
  const child = spawn(command, args, { cwd: root, stdio: ['ignore', 2, 2] });
  const status = await new Promise((resolve) => child.on('error', resolve).on('exit', resolve));
  signals.forEach((signal) => process.off(signal, passOn));
  if (isInterrupted) refuse('Interrupted: the next command installs the packages from the beginning.', 130);
  if (status !== 0) refuse('npm ci failed. Run it by hand to see more, then `npm start` again.');
}

/** Makes `npx taskfleet` find this file: npm links the commands of packages, but not those of the project itself. */
function linkCommand() {
  try {
    const link = path.join(root, 'node_modules', '.bin', 'taskfleet');
    if (!fs.existsSync(link)) fs.symlinkSync(path.join('..', '..', 'scripts', 'bootstrap.js'), link);
  } catch {
    // The folder belongs to another user, or another process was faster.
  }
}

/** Lets Node load TypeScript. Fields of classes stay as they are: Node knows them, and sucrase moves them wrongly. */
function loadTypeScript() {
  const { addHook } = require('sucrase/dist/register');
  addHook('.ts', { transforms: ['imports', 'typescript'], disableESTransforms: true });
}

async function main(args) {
  checkNode();
  const isInstalled = arePackagesInstalled();
  // The doctor changes nothing.
  const mayInstall = args[0] !== 'doctor';
  if (mayInstall && !isInstalled) await installPackages();
  if (mayInstall) linkCommand();
  try {
    loadTypeScript();
  } catch (error) {
    if (error.code !== 'MODULE_NOT_FOUND') throw error;
    refuse('The packages are not those of package-lock.json. Run: npm ci (or npm start, which does it)');
  }
  await require('../ops/cli.ts').main(args, isInstalled || mayInstall);
}

// What a command writes can be changed by its user alone, whatever the umask of the shell is.
// A worker thread, which also loads this file, has the umask of its process and cannot set it.
if (isMainThread) process.umask(process.umask() | 0o022);
if (require.main === module) void main(process.argv.slice(2));
else loadTypeScript();
