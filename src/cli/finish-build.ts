import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { BUILD_FILE, type Build } from '../process/version';

/** What the commit of a build is about. */
const SOURCES = ['src', 'package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json'];

/** @returns undefined without git, or outside of a clone */
function git(root: string, ...args: string[]): string | undefined {
  // Without safe.directory git refuses a clone that belongs to another user.
  const all = ['-c', `safe.directory=${root}`, ...args];
  const { status, stdout } = spawnSync('git', all, { cwd: root, encoding: 'utf8', timeout: 10_000 });
  return status === 0 ? stdout.trim() : undefined;
}

/** TASKFLEET_COMMIT says it in an image, and git writes it into commit.txt of an archive (.gitattributes). */
function commitOf(root: string): string {
  if (process.env.TASKFLEET_COMMIT) return process.env.TASKFLEET_COMMIT;
  const archived = readFileSync(path.join(root, 'src', 'process', 'commit.txt'), 'utf8').trim();
  if (/^[0-9a-f]{40,64}$/.test(archived)) return archived;
  // An archive may lie within the clone of something else.
  const commit = git(root, 'rev-parse', '--show-prefix') === '' ? git(root, 'rev-parse', 'HEAD') : undefined;
  if (!commit) return 'unknown';
  return git(root, 'status', '--porcelain', '--', ...SOURCES) === '' ? commit : `${commit}+changes`;
}

/** @returns a digest of the packages that package-lock.json asks for */
export const packagesOf = (root: string): string =>
  createHash('sha256')
    .update(readFileSync(path.join(root, 'package-lock.json')))
    .digest('hex')
    .slice(0, 8);

/** SOURCE_DATE_EPOCH (seconds) says it in an image whose bytes can be compared; otherwise now. */
function buildTime({ SOURCE_DATE_EPOCH: seconds }: NodeJS.ProcessEnv): string {
  return new Date(/^\d+$/.test(seconds ?? '') ? Number(seconds) * 1_000 : Date.now()).toISOString();
}

export function writeBuildFile(root: string, folder: string, builtAt = buildTime(process.env)): void {
  const text = readFileSync(path.join(root, 'package.json'), 'utf8');
  const { version } = JSON.parse(text) as { version: string };
  const build: Build = { version, commit: commitOf(root), builtAt, packages: packagesOf(root) };
  writeFileSync(path.join(folder, BUILD_FILE), `${JSON.stringify(build, null, 2)}\n`);
}

/** Completes a folder that the compiler has written: copies all other files, and writes build.json. */
export function finishBuild(root: string, folder: string): void {
  const filter = (file: string) => !/\.m?ts$/.test(file);
  cpSync(path.join(root, 'src'), folder, { recursive: true, filter });
  writeBuildFile(root, folder);
}

// `npm run build`
if (require.main === module) finishBuild(process.cwd(), path.join(__dirname, '..'));
