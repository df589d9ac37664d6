import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { runCommand, UserError } from '../../tools/command/run-command';
import { withLock } from '../../tools/command/lock';
import { dataDirOf } from '../../src/config/config-file';
import { finishBuild, writeBuildFile } from '../../src/cli/finish-build';
import { OPEN, replaceFile } from '../../src/lib/replace-file';
import { BUILD_FILE, readBuild } from '../../src/process/version';

/** @returns files below, relative to it */
const filesIn = (folder: string): string[] =>
  fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort();

/** @returns changes whenever a source or the compiler's settings do */
function hashSources(root: string): string {
  const hash = crypto.createHash('sha256');
  const sources = filesIn(path.join(root, 'src')).map((file) => path.join('src', file));
  for (const file of [...sources, 'tsconfig.json', 'tsconfig.build.json', 'package-lock.json']) {
    hash.update(`${file}\0`).update(fs.readFileSync(path.join(root, file)));
  }
  return hash.digest('hex');
}

/** Names the sources that a rollback left: see `isHeld`. */
const HELD = '.held';

/** Files that the build writes about itself, from no source. */
const notes = ['.tsbuildinfo', '.built', HELD];

function readText(file: string) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** @returns the digest of the sources of a build folder; `undefined` if the build isn't whole */
const stampIn = (folder: string) => readText(path.join(folder, '.built'));

export const isBuilt = (root: string) => stampIn(path.join(root, 'dist')) === hashSources(root);

/** @returns true if a rollback left these very sources: then `dist` serves in their place until they change */
export const isHeld = (root: string) => readText(path.join(root, 'dist', HELD)) === hashSources(root);

/** @returns false for a service, which may not change the code that it runs */
export function isWritable(root: string): boolean {
  const dist = path.join(root, 'dist');
  try {
    fs.accessSync(fs.existsSync(dist) ? dist : root, fs.constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** @param root that of `dist`, into which a rollback has published an older build */
export const hold = (root: string) => fs.writeFileSync(path.join(root, 'dist', HELD), hashSources(root));

/** A build that lies outside of the clone finds its packages by a link. @param dir the stack's folder */
export function linkPackages(root: string, dir: string) {
  if (!path.relative(root, dir).startsWith('..')) return;
  const link = path.join(dir, 'node_modules');
  fs.rmSync(link, { force: true });
  fs.symlinkSync(path.join(root, 'node_modules'), link);
}

/** @returns a digest of what a build does, whenever and wherever it was compiled; empty if there is none */
export function buildDigestOf(folder: string): string {
  if (!fs.existsSync(folder)) return '';
  const hash = crypto.createHash('sha256');
  // Source maps name the folder in which they were made.
  const isCode = (file: string) => ![...notes, BUILD_FILE].includes(file) && !file.endsWith('.map');
  for (const file of filesIn(folder).filter(isCode))
    hash.update(`${file}\0`).update(fs.readFileSync(path.join(folder, file)));
  return hash.digest('hex').slice(0, 8);
}

/** Replaces file by file, so that a running worker never loads half a file; the stamp comes last. */
export function publish(from: string, to: string) {
  const fresh = filesIn(from).filter((file) => !notes.includes(file));
  fs.mkdirSync(to, { recursive: true });
  for (const file of fresh) {
    const target = path.join(to, file);
    const content = fs.readFileSync(path.join(from, file));
    if (fs.existsSync(target) && fs.readFileSync(target).equals(content)) continue;
    fs.mkdirSync(path.dirname(target), { recursive: true });
    replaceFile(target, content, OPEN);
  }
  for (const file of filesIn(to).filter((name) => !fresh.includes(name))) fs.rmSync(path.join(to, file));
  fs.writeFileSync(path.join(to, '.built'), stampIn(from) ?? `not from these sources, ${Date.now()}`);
}

const alone = <T>(root: string, work: () => Promise<T>) =>
  withLock(path.join(dataDirOf(root, process.env), 'build.lock'), { timeoutMs: 180_000 }, work);

/**
 * Compiles beside dist, which stays as it is. A process can be started from there as well.
 *
 * @returns the folder
 */
async function compileAside(root: string): Promise<string> {
  const dir = dataDirOf(root, process.env);
  const aside = path.join(dir, 'build', 'dist');
  await alone(root, async () => {
    const sources = hashSources(root);
    // The same sources may have been committed meanwhile.
    if (stampIn(aside) === sources) return writeBuildFile(root, aside, readBuild(aside).builtAt || undefined);
    fs.mkdirSync(aside, { recursive: true });
    linkPackages(root, dir);
    fs.rmSync(path.join(aside, '.built'), { force: true });
    const info = path.join(aside, '.tsbuildinfo');
    // The compiler trusts its notes, even if its output is gone.
    if (!fs.existsSync(path.join(aside, 'api.js'))) fs.rmSync(aside, { recursive: true, force: true });
    const tsc = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    const args = [
      '-p',
      'tsconfig.build.json',
      '--outDir',
      aside,
      '--tsBuildInfoFile',
      info,
      '--noEmitOnError',
    ];
    const result = await runCommand(process.execPath, [tsc, ...args], { cwd: root, timeoutMs: 180_000 });
    if (result.code !== 0)
      throw new UserError(`The sources don't compile:\n${result.stdout}${result.stderr}`);
    finishBuild(root, aside);
    removeOrphans(aside, path.join(root, 'src'));
    fs.writeFileSync(path.join(aside, '.built'), sources);
  });
  return aside;
}

/** Does the same while workers serve. */
export async function compileForServing(root: string) {
  try {
    return await compileAside(root);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(
      `${error.message.trim()}\nNothing was changed: the workers that run go on as they are.`,
    );
  }
}

/** Takes over what compiled without an error: an interrupted or failed build leaves the last good one in place. */
export async function build(root: string) {
  if (isBuilt(root)) return;
  const aside = await compileAside(root);
  await alone(root, async () => publish(aside, path.join(root, 'dist')));
}

/** Removes the output of sources that no longer exist. */
function removeOrphans(aside: string, sourceFolder: string) {
  const sources = filesIn(sourceFolder);
  const compiled = sources.flatMap((file) => [
    file.replace(/\.(m?)ts$/, '.$1js'),
    file.replace(/\.(m?)ts$/, '.$1js.map'),
  ]);
  const made = new Set([...sources, ...compiled, ...notes, BUILD_FILE]);
  for (const file of filesIn(aside).filter((name) => !made.has(name))) fs.rmSync(path.join(aside, file));
}
