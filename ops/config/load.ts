import fs from 'node:fs';
import path from 'node:path';
import {
  addMissing,
  configFileOf,
  dataDirOf,
  readConfigFile,
  recordDataDir,
  recordedDataDir,
  requireConfigFile,
} from '../../src/config/config-file';
import { knownNames, nearestName } from '../../src/config/known-names';
import { root } from '../../tools/command/root';

/** The environment of the shell, before the variables of the file were added. */
export const shell: NodeJS.ProcessEnv = { ...process.env };

/** The shell's environment for another command, which reads the file itself, as it is by then. */
export const shellForChild = (): NodeJS.ProcessEnv => ({
  ...shell,
  ...(shell.TASKFLEET_CONFIG && { TASKFLEET_CONFIG: configFile() }),
  ...(shell.DATA_DIR && { DATA_DIR: process.env.DATA_DIR }),
});

export const configFile = (): string => configFileOf(root, shell);

/** Has later commands find the data folder that this shell names, unless a start has chosen one already. */
export function rememberDataDir(): void {
  const hasStarted = fs.existsSync(path.join(recordedDataDir(root), 'stack.json'));
  if (shell.DATA_DIR && !hasStarted) recordDataDir(root, dataDirOf(root, shell));
}

/** Node and the system read these; the file may set them for every process. */
const ofTheSystem = /^(TZ|LANG|LC_\w+|PATH|NODE_\w+|\w+_proxy|\w+_PROXY)$/;

/** Names of the file that nothing reads. */
export const unknownIn = (values: Record<string, string>): string[] =>
  Object.keys(values)
    .filter((name) => !knownNames.includes(name) && !ofTheSystem.test(name))
    .map((name) => {
      const meant = nearestName(name);
      return `${name}: no process reads it.${meant ? ` Did you mean ${meant}?` : ''}`;
    });

/**
 * Adds the variables of the configuration file to the environment of this process. Warnings go to stderr, since a caller
 * may parse what the command prints.
 *
 * @throws UserError if the file cannot be read
 */
export function loadConfiguration(): void {
  const { file, values } = requireConfigFile(root, shell);
  const overridden = addMissing(values, process.env);
  if (process.env.DATA_DIR) process.env.DATA_DIR = dataDirOf(root, process.env);
  for (const text of unknownIn(values)) console.error(`! ${file}: ${text}`);
  if (overridden.length > 0)
    console.error(`! This shell sets ${overridden.join(', ')}: used instead of what ${file} says.`);
}

/** Names that this shell alone sets: a start from elsewhere would not have them. */
export function onlyInShell(): string[] {
  const { values } = readConfigFile(configFile());
  // The data folder is remembered; the others belong to a shell or to containers.
  const isOther = /^(TASKFLEET_(?!HOST$)\w+|DATA_DIR|XDG_CACHE_HOME|CARGO_HOME|PORT|NODE_\w+|\w+_PASSWORD)$/;
  const isUsed = (name: string) => name !== 'HOST' || process.env.ROLE === 'workers';
  return knownNames.filter(
    (name) => !isOther.test(name) && isUsed(name) && shell[name] && shell[name] !== values[name],
  );
}
