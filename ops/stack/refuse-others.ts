import fs from 'node:fs';
import path from 'node:path';
import { shellQuoted } from '../../src/command-line/convention';
import { pm2Call, pm2NameOf } from '../../src/command-line/pm2-call';
import type { createPm2, Pm2Process } from '../../tools/local-servers/pm2';
import { UserError } from '../../tools/command/run-command';
import { apiName, appOf, workerName } from './app-names';

export interface CheckOptions {
  timeoutMs?: number;
  /** KEY_PREFIX, with which the names of the apps begin. */
  prefix?: string;
}

interface Own {
  pm2: ReturnType<typeof createPm2>;
  root: string;
  isOurs: (process: Pm2Process) => boolean;
}

/** One PM2 can't hold two apps of a name apart: `pm2 reload` would hit both clones. */
async function refuseOtherClone({ pm2, root, isOurs }: Own, { prefix, ...options }: CheckOptions) {
  const others = (await pm2.list(options)).filter((process_) => !isOurs(process_));
  const own: string[] = ([apiName, workerName] as const).map((name) => pm2NameOf(name, prefix));
  const isInTheWay = ({ name, pm2_env: { pm_cwd: cwd, pm_exec_path: script } }: Pm2Process) =>
    own.includes(name) || (cwd === root && appOf(script) !== undefined);
  const other = others.find(isInTheWay);
  if (!other) return;
  const { pm_cwd: cwd, TASKFLEET_DIR: folder = '' } = other.pm2_env;
  if (cwd === root)
    throw new UserError(
      `PM2 runs ${other.name} of this clone with another data folder:\n  ${folder}\n` +
        `Use that one (export DATA_DIR=${shellQuoted(folder)}), or end it first:\n` +
        `  DATA_DIR=${shellQuoted(folder)} npx taskfleet stop`,
    );
  throw new UserError(
    `PM2 already runs ${other.name} of another clone:\n  ${cwd}\n` +
      'Stop that one first (npm stop, there), or give this one other names or a PM2 of its own:\n' +
      '  npx taskfleet config set KEY_PREFIX=NAME\n' +
      '  npx taskfleet config set PM2_HOME=$HOME/.pm2-taskfleet',
  );
}

/** Two versions of PM2 can't share a daemon, so the user decides which one stays. */
async function refuseOtherVersion({ pm2, root }: Own, options: { timeoutMs?: number }) {
  if (!(await pm2.isRunning())) return;
  const [running] = (await pm2.pm2(['report'], options)).match(/pm2d version\s*:\s*(\S+)/)?.slice(1) ?? [];
  const file = path.join(root, 'node_modules', 'pm2', 'package.json');
  const { version: installed } = JSON.parse(fs.readFileSync(file, 'utf8')) as { version: string };
  if (!running || running === installed) return;
  throw new UserError(
    `A PM2 daemon of version ${running} is running (${pm2.home}); this project brings ${installed}.\n` +
      `Update it with \`${pm2Call(pm2.home, 'update')}\` (it restarts what runs there), or use a PM2 of its own:\n` +
      '  npx taskfleet config set PM2_HOME=$HOME/.pm2-taskfleet',
  );
}

/** @throws UserError if another clone or another version of PM2 is in the way */
export async function refuseOthers(own: Own, options: CheckOptions): Promise<void> {
  await refuseOtherVersion(own, { timeoutMs: options.timeoutMs });
  await refuseOtherClone(own, options);
}
