import { accessSync, constants, mkdirSync } from 'node:fs';
import os from 'node:os';
import { ensureControlFolder } from '../control/control-folder';
import { ConfigError, readConfig, readProcessConfig } from '../config';

/**
 * Runs an app of ecosystem.config.js under PM2 in the foreground, as process 1 of a container. First it judges what PM2
 * would try again forever, or not report at all, so that the container ends and its engine acts.
 */
const [, , app = ''] = process.argv;
const apps = { 'taskfleet-api': readConfig, 'taskfleet-worker': readProcessConfig };

/** @returns what is wrong, if this user cannot write to the folder */
function faultOf(name: string, folder: string): string | undefined {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const mount = `--tmpfs ${folder}:uid=${process.getuid?.()},mode=0700`;
    return `${name}: user ${process.getuid?.()} cannot write to ${folder} (${code}). Mount a folder there, such as ${mount}`;
  }
}

/** @throws ConfigError */
function judge(): void {
  const home = process.env.PM2_HOME ?? `${os.homedir()}/.pm2`;
  const faults = [faultOf('PM2_HOME', home), faultOf('Temporary files', os.tmpdir())].filter(
    (fault) => fault !== undefined,
  );
  if (faults.length > 0) throw new ConfigError(faults);
  ensureControlFolder(apps[app as keyof typeof apps](process.env).runDir);
}

if (!(app in apps)) {
  process.stderr.write(`node dist/cli/in-container.js ${Object.keys(apps).join('|')}\n`);
  process.exit(2);
}
try {
  judge();
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exit(1);
}
// What `pm2-runtime` runs; an image without a shell could not start it by its name.
process.argv.splice(2, 1, 'start', 'ecosystem.config.js', '--only', app);
// eslint-disable-next-line @typescript-eslint/no-require-imports -- it reads the arguments above when it is loaded
require('pm2/bin/pm2-runtime');
