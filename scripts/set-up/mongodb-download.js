'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { runCommand, UserError } = require('../run-command');

const stallMs = 20_000;

/** A closed network should cost seconds, not minutes. */
async function canDownload() {
  const { MONGOMS_DOWNLOAD_MIRROR: mirror, HTTPS_PROXY, https_proxy: proxy } = process.env;
  // fetch() knows no proxies, the download does.
  if (HTTPS_PROXY || proxy) return true;
  try {
    const signal = AbortSignal.timeout(5_000);
    await fetch(mirror || 'https://fastdl.mongodb.org', { method: 'HEAD', signal });
    return true;
  } catch {
    return false;
  }
}

/** @param {string} folder @returns {number} bytes in it */
function sizeOf(folder) {
  const files = fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile());
  return files.reduce((sum, entry) => {
    const file = path.join(entry.parentPath ?? entry.path, entry.name);
    return sum + (fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0);
  }, 0);
}

/**
 * Downloads a mongod into the cache, in a process of its own so that a stalled one can be ended.
 *
 * @param {{ root: string, folder: string, step: { status: (text: string) => void } }} options
 */
async function downloadMongod({ root, folder, step }) {
  const aside = path.join(folder, `.new-${process.pid}`);
  fs.mkdirSync(aside, { recursive: true });
  const code = `
    const { MongoBinary } = require('mongodb-memory-server-core');
    const stall = setTimeout(() => { console.error('no answer'); process.exit(1) }, ${stallMs});
    process.on('message', () => stall.refresh());
    MongoBinary.getPath({ downloadDir: process.argv[1] }).then(
      (file) => { console.log(file); process.exit(0) },
      (error) => { console.error(error.message); process.exit(1) });`;
  let last = 0;
  const watch = setInterval(() => {
    const size = sizeOf(aside);
    if (size !== last) step.status(`downloading MongoDB: ${Math.round(size / 1e6)} MB`);
    last = size;
  }, 1_000);
  try {
    const {
      code: status,
      stdout,
      stderr,
    } = await runCommand(process.execPath, ['-e', code, aside], {
      cwd: root,
      timeoutMs: 10 * 60_000,
    });
    if (status !== 0) throw new UserError(stderr.trim() || 'the download failed');
    const file = stdout.trim().split('\n').pop();
    const said = await runCommand(file, ['--version'], { timeoutMs: 10_000 });
    const version = /db version v([\d.]+)/.exec(said.stdout)?.[1];
    if (!version) throw new UserError(`the downloaded server doesn't run here: ${said.stderr.slice(0, 200)}`);
    fs.mkdirSync(path.join(aside, 'bin'));
    fs.renameSync(file, path.join(aside, 'bin', 'mongod'));
    fs.renameSync(aside, path.join(folder, `mongod-${version}`));
  } finally {
    clearInterval(watch);
    fs.rmSync(aside, { recursive: true, force: true });
  }
}

module.exports = { canDownload, downloadMongod };
