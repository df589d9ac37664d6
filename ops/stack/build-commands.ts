import fs from 'node:fs';
import path from 'node:path';
import { runCommand, UserError } from '../../tools/command/run-command';

/** Runs commands of a build (src/cli) in processes of their own. @param dist the build that serves, or will */
export function createBuildCommands(dist: string) {
  const run = (build: string, name: string, args: string[], env: Record<string, string>, timeoutMs: number) =>
    runCommand(process.execPath, [path.join(build, 'cli', `${name}.js`), ...args], {
      env: { ...process.env, ...env },
      timeoutMs,
    });

  return {
    /**
     * Lets the build itself judge its configuration, so that no worker is replaced by one that can't start.
     *
     * @returns warnings: values that are allowed and unwise
     */
    async refuseWrongConfiguration(env: Record<string, string>, build = dist): Promise<string[]> {
      // The trial reports whatever else that folder lacks.
      if (!fs.existsSync(path.join(build, 'cli', 'check-config.js'))) return [];
      const { code, stdout, stderr } = await run(build, 'check-config', [], env, 20_000);
      if (code !== 0) throw new UserError(`${stderr.trim()}\nNothing was changed.`);
      return stdout.split('\n').filter(Boolean);
    },

    /**
     * Compares the keys of the tokens and KEY_PREFIX with the other hosts on this database.
     *
     * @returns warnings: what does not fit hosts that are gone
     * @throws UserError
     */
    async refuseMisfit(env: Record<string, string>, build = dist): Promise<string[]> {
      if (!fs.existsSync(path.join(build, 'cli', 'hosts.js'))) return [];
      const { code, stdout, stderr } = await run(build, 'hosts', ['check'], env, 30_000);
      if (code !== 0) throw new UserError(`${stderr.trim()}\nNothing was changed.`);
      return stdout.split('\n').filter((line) => line.startsWith('! '));
    },

    /** Migrates before a reload: PM2 gives a worker half a minute to start, and ends the old ones all the same. */
    async migrate(env: Record<string, string>, build = dist): Promise<void> {
      const { code, stdout, stderr } = await run(build, 'migrate', [], env, 30 * 60_000);
      if (code !== 0) throw new UserError(`${stdout}${stderr.trim()}\nNothing was reloaded.`);
    },

    /** @returns names of the migrations that are applied to the database */
    async appliedMigrations(env: Record<string, string>): Promise<string[]> {
      const { code, stdout, stderr } = await run(dist, 'migrate', ['status'], env, 30_000);
      if (code !== 0)
        throw new UserError(`The migrations cannot be listed; nothing was changed.\n${stderr.trim()}`);
      const lines = stdout.split('\n').map((line) => line.trim().split(/\s+/));
      return lines.flatMap(([name = '', appliedAt]) => (appliedAt && appliedAt !== 'pending' ? name : []));
    },
  };
}
