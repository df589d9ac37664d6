#!/usr/bin/env node
'use strict';

// The only plain JavaScript: it must run before anything is installed, on an older Node as well.
//   node scripts/bootstrap.js COMMAND …   makes the packages ready and runs a command (ops/cli.ts)
//   node -r scripts/bootstrap.js FILE.ts  lets Node load TypeScript
const fs = require('node:fs');
const path = require('node:path');
const { spawnSync } = require('node:child_process');
const { isMainThread } = require('node:worker_threads');

const root = path.join(__dirname, '..');
const OLDEST_NODE = [20, 19];

function refuse(text) {
  console.error(text);
  process.exit(1);
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1]))
    refuse(`Node ${OLDEST_NODE.join('.')} or newer is needed; this is ${process.version}.`);
  // Node fails with ERR_INVALID_MODULE_SPECIFIER for each package that has `exports`.
  if (root.includes('\\'))
    refuse(`Node loads no packages below a folder with a backslash in its name: rename it.\n${root}`);
}

function readPackages(file) {
  try {
    return JSON.parse(fs.readFileSync(path.join(root, file), 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/** Whether node_modules is what package-lock.json asks for. npm writes its own list last, so that list is complete. */
function arePackagesInstalled() {
  const wanted = readPackages('package-lock.json');
  const present = readPackages('node_modules/.package-lock.json');
  if (!wanted || !present) return false;
  return Object.entries(wanted).every(([name, { version, optional, devOptional, peer }]) => {
    if (name === '' || (present[name] && present[name].version === version)) return true;
    // Packages for other platforms are listed and not installed.
    return !present[name] && Boolean(optional || devOptional || peer);
  });
}

/** Whether the process that wrote this lock lives. Between its making and its writing a lock is empty for a moment. */
function isHeld(file) {
  try {
    const pid = Number(fs.readFileSync(file, 'utf8'));
    if (!(pid > 0)) return Date.now() - fs.statSync(file).mtimeMs < 5_000;
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** One process installs at a time. The lock of a process that was killed does not count. */
function withInstallLock(work) {
  const file = path.join(root, '.local', 'npm-ci.lock');
  fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  for (let isAnnounced = false; ;) {
    try {
      fs.writeFileSync(file, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (!isHeld(file)) {
      fs.rmSync(file, { force: true });
      continue;
    }
    if (!isAnnounced) console.log(`Another process installs the packages here: waiting for it (${file}).`);
    isAnnounced = true;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
  }
  try {
    work();
  } finally {
    fs.rmSync(file, { force: true });
  }
}

function installPackages() {
  if (arePackagesInstalled()) return;
  console.log('Installing packages (npm ci) …');
  // Under `npm start` the very npm that runs this process is used.
  const { npm_execpath: npm = '' } = process.env;
  const [command, first] = npm.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []];
  const args = [...first, 'ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  const { status } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) refuse('npm ci failed. Run it by hand to see more, then `npm start` again.');
}

/** Makes `npx taskfleet` find this file: npm links the commands of packages, but not those of the project itself. */
function linkCommand() {
  const link = path.join(root, 'node_modules', '.bin', 'taskfleet');
  try {
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

// What a command writes can be changed by its user alone, whatever the umask of the shell is.
// A worker thread, which also loads this file, has the umask of its process and cannot set it.
if (isMainThread) process.umask(process.umask() | 0o022);
if (require.main === module) {
  checkNode();
  const [command] = process.argv.slice(2);
  const isInstalled = arePackagesInstalled();
  // The doctor changes nothing.
  if (command !== 'doctor') {
    if (!isInstalled) withInstallLock(installPackages);
    linkCommand();
  }
  try {
    loadTypeScript();
  } catch (error) {
    if (error.code !== 'MODULE_NOT_FOUND') throw error;
    refuse('The packages are not those of package-lock.json. Run: npm ci (or npm start, which does it)');
  }
  void require('../ops/cli.ts').main(process.argv.slice(2), isInstalled || command !== 'doctor');
} else loadTypeScript();
