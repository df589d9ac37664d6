import fs from 'node:fs';
import path from 'node:path';
import type { Progress } from '../../../tools/command/progress';
import { runCommand, UserError } from '../../../tools/command/run-command';
import { findCommand } from '../../../tools/local-servers/find-command';
import { cacheFolder } from './images';

/** The version that the Compose files were run with. */
const version = '2.40.3';
const OLDEST = [2, 24, 4];
const MINUTES = 60_000;

/** @param found a version such as `v2.40.3`. @returns whether it knows `!override`, as Compose does since 2.24.4 */
export function isNewEnough(found: string): boolean {
  const parts = (/^v?(\d+)\.(\d+)\.(\d+)/.exec(found) ?? []).slice(1).map(Number);
  const first = parts.findIndex((part, i) => part !== OLDEST[i]);
  return parts.length > 0 && (first < 0 || parts[first]! > OLDEST[first]!);
}

/** @returns the command that the engine's client has as a plugin, if it is new enough for our files */
async function findPlugin(): Promise<string[] | undefined> {
  const { code, stdout } = await runCommand('docker', ['compose', 'version', '--short'], {
    timeoutMs: 15_000,
  });
  return code === 0 && isNewEnough(stdout) ? ['docker', 'compose'] : undefined;
}

/** Builds Compose from its Go module; `go install` refuses the module's own replacements. */
async function build(folder: string): Promise<void> {
  if (!findCommand('go'))
    throw new UserError('Compose is missing. Install the plugin docker-compose-plugin, or Go to build it.');
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(folder, { recursive: true });
  const name = 'github.com/docker/compose/v2/cmd';
  for (const args of [
    ['mod', 'init', 'local/compose'],
    ['get', '-tool', `${name}@v${version}`],
    ['build', '-o', 'docker-compose', name],
  ]) {
    const { code, stderr } = await runCommand('go', args, { cwd: folder, timeoutMs: 15 * MINUTES });
    if (code !== 0) throw new UserError(`go ${args.join(' ')} failed:\n${stderr.slice(-2_000)}`);
  }
}

/** Finds Compose, or builds it once on this machine. @returns the command and its first arguments */
export async function ensureCompose(progress: Progress): Promise<string[]> {
  const plugin = await findPlugin();
  if (plugin) return plugin;
  const folder = path.join(cacheFolder(), `compose-${version}`);
  const program = path.join(folder, 'docker-compose');
  if (!fs.existsSync(program)) {
    const work = `${folder}.new`;
    await progress.step('compose', `building ${version} from its Go module`, () => build(work));
    fs.rmSync(folder, { recursive: true, force: true });
    fs.renameSync(work, folder);
  }
  return [program];
}
