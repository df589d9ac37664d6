import fs from 'node:fs';
import path from 'node:path';
import { typescript } from '../../command/typescript';
import { runCommand, UserError } from '../../command/run-command';

/** A closed network should cost seconds, not minutes. */
export async function canDownload() {
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

/** Downloads a mongod into the cache. */
export async function downloadMongod({
  root,
  folder,
  step,
}: {
  root: string;
  folder: string;
  step: { status: (text: string) => void };
}) {
  const aside = path.join(folder, `.new-${process.pid}`);
  fs.mkdirSync(aside, { recursive: true });
  step.status('downloading MongoDB');
  const onLine = (line: string) => {
    const [, megabytes] = /^progress (\d+)/.exec(line) ?? [];
    if (megabytes) step.status(`downloading MongoDB: ${megabytes} MB`);
  };
  try {
    const script = require.resolve('./download-mongod.ts');
    const options = { cwd: root, timeoutMs: 15 * 60_000, onLine };
    const { code, stdout, stderr } = await runCommand(
      process.execPath,
      [...typescript, script, aside],
      options,
    );
    if (code !== 0)
      throw new UserError(stderr.replace(/^progress.*\n?/gm, '').trim() || 'the download failed');
    const file = stdout.trim().split('\n').pop() ?? '';
    const said = await runCommand(file, ['--version'], { timeoutMs: 10_000 });
    const version = /db version v([\d.]+)/.exec(said.stdout)?.[1];
    if (!version) throw new UserError(`the downloaded server doesn't run here: ${said.stderr.slice(0, 200)}`);
    fs.mkdirSync(path.join(aside, 'bin'));
    fs.renameSync(file, path.join(aside, 'bin', 'mongod'));
    fs.renameSync(aside, path.join(folder, `mongod-${version}`));
  } finally {
    fs.rmSync(aside, { recursive: true, force: true });
  }
}
