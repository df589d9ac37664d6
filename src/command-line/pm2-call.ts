import os from 'node:os';
import path from 'node:path';
import { shellQuoted } from './convention';

/** Names of the apps in PM2, by which two installations can be distinguished. ecosystem.config.js says the same. */
export const pm2NameOf = (name: 'taskfleet-api' | 'taskfleet-worker', prefix = ''): string =>
  prefix ? name.replace('taskfleet', prefix) : name;

/** Returns the prefix of these names. A container has a PM2 of its own, and leaves it out. */
export const prefixOf = ({ KEY_PREFIX: prefix, PM2_APP_LOG: log }: NodeJS.ProcessEnv): string | undefined =>
  log ? undefined : prefix;

/**
 * Returns a command to paste into any shell: PM2 without its PM2_HOME would start another daemon.
 *
 * @param home folder of the PM2 that runs the apps; unset: the default of PM2
 */
export const pm2Call = (home: string | undefined, args: string): string =>
  `${!home || home === path.join(os.homedir(), '.pm2') ? '' : `PM2_HOME=${shellQuoted(home)} `}npx pm2 ${args}`;
