import fs from 'node:fs';
import path from 'node:path';
import { runCommand, UserError } from '../../tools/command/run-command';

const NAME = 'ecosystem.config.js';

/**
 * Refuses a build that lacks what ecosystem.config.js reads of it: PM2 could neither start nor replace a worker.
 *
 * @param options root: of the clone; dir: the stack's folder
 * @throws UserError
 */
export async function requireEcosystem(build: string, { root, dir }: { root: string; dir: string }) {
  const folder = path.join(dir, 'build', 'ecosystem');
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(folder, { recursive: true });
  // It reads the `dist` that is beside it.
  fs.copyFileSync(path.join(root, NAME), path.join(folder, NAME));
  fs.symlinkSync(build, path.join(folder, 'dist'));
  const { code, stderr } = await runCommand(process.execPath, ['-e', `require('./${NAME}')`], {
    cwd: folder,
    env: { ...process.env, TASKFLEET_DIR: dir },
    timeoutMs: 20_000,
  });
  fs.rmSync(folder, { recursive: true, force: true });
  if (code === 0) return;
  const [reason = stderr] = /^\w*Error: .*/m.exec(stderr) ?? [];
  throw new UserError(
    `${NAME} of these sources cannot start this build: ${reason.trim()}\n` +
      'Release the build from its own sources: git checkout its commit, then npx taskfleet reload.',
  );
}
