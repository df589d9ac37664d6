import { existsSync, mkdirSync, readFileSync, realpathSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { UserError } from '../command-line/convention';
import { replaceFile } from '../lib/replace-file';

/** Lines of a configuration file, of a form that systemd (EnvironmentFile) and Docker (--env-file) read alike. */
export interface ConfigFile {
  file: string;
  exists: boolean;
  values: Record<string, string>;
  /** A line that cannot be read, each with what to write instead. */
  faults: string[];
}

/** Relative paths are those of the folder in which the caller typed the command. */
const resolve = (file: string, env: NodeJS.ProcessEnv) => path.resolve(env.INIT_CWD || process.cwd(), file);

const ownFolder = (root: string) => path.join(root, '.local');

/** Names the data folder of the last start, so that a later command finds the same data without DATA_DIR. */
const recordOf = (root: string) => path.join(ownFolder(root), 'data-dir');

/** @returns the folder of the last start */
export function recordedDataDir(root: string): string {
  const file = recordOf(root);
  return (existsSync(file) && readFileSync(file, 'utf8').trim()) || ownFolder(root);
}

export function recordDataDir(root: string, dir: string): void {
  if (dir === recordedDataDir(root)) return;
  mkdirSync(ownFolder(root), { recursive: true, mode: 0o700 });
  writeFileSync(recordOf(root), `${dir}\n`);
}

/** @returns the folder of the stack: database, secrets, logs, backups and stack.json */
export const dataDirOf = (root: string, env: NodeJS.ProcessEnv): string =>
  env.DATA_DIR ? resolve(env.DATA_DIR, env) : recordedDataDir(root);

export const configFileOf = (root: string, env: NodeJS.ProcessEnv): string =>
  env.TASKFLEET_CONFIG
    ? resolve(env.TASKFLEET_CONFIG, env)
    : path.join(dataDirOf(root, env), 'taskfleet.env');

/** @returns why systemd and Docker would read this value differently; `undefined` if they agree */
export function valueFault(value: string): string | undefined {
  if (/[\n\r\0]/.test(value)) return 'a value is one line';
  if (value.includes('\uFFFD')) return 'write the file in UTF-8';
  if (/^['"]/.test(value)) return 'write the value without quotes';
  if (value.includes('\\')) return 'a value cannot contain a backslash';
  if (value !== value.trim()) return 'a value cannot begin or end with a blank';
  return /\s#/.test(value) ? 'write a comment on a line of its own' : undefined;
}

/** Faults name no value: it may be a secret. */
export function parseConfigFile(text: string): Pick<ConfigFile, 'values' | 'faults'> {
  const values: Record<string, string> = {};
  const faults: string[] = [];
  text.split(/\r?\n/).forEach((line, index) => {
    if (line === '' || line.startsWith('#')) return;
    const [, name = '', value = ''] = /^([A-Za-z_]\w*)=(.*)$/.exec(line) ?? [];
    const twice = Object.hasOwn(values, name) && `${name} is set twice`;
    const hint = line.startsWith('\uFEFF') ? 'remove the byte order mark before it' : 'write NAME=value';
    const fault = name === '' ? hint : twice || valueFault(value);
    if (fault) faults.push(`line ${index + 1}${name && ` (${name})`}: ${fault}`);
    else values[name] = value;
  });
  return { values, faults };
}

export function readConfigFile(file: string): ConfigFile {
  const exists = existsSync(file);
  return { file, exists, ...parseConfigFile(exists ? readFileSync(file, 'utf8') : '') };
}

/**
 * Reads the configuration file of this environment.
 *
 * @throws UserError that names each line that cannot be read
 */
export function requireConfigFile(root: string, env: NodeJS.ProcessEnv): ConfigFile {
  const read = readConfigFile(configFileOf(root, env));
  const { file, exists, faults, values } = read;
  if (!exists && env.TASKFLEET_CONFIG)
    throw new UserError(
      `TASKFLEET_CONFIG names ${file}, which does not exist.\n` +
        'Correct the path, or write the file: npx taskfleet config set NAME=VALUE',
    );
  const { DATA_DIR: folder } = values;
  if (folder && !path.isAbsolute(folder)) faults.push('DATA_DIR: write an absolute path');
  else if (folder && !env.TASKFLEET_CONFIG && folder !== path.dirname(file))
    faults.push('DATA_DIR: only a file that TASKFLEET_CONFIG names can say where the data folder is');
  if (faults.length === 0) return read;
  const lines = faults.map((fault) => `  ${fault}\n`).join('');
  throw new UserError(`${file} cannot be read:\n${lines}Correct it, then run the same command again.`);
}

/**
 * Sets or removes variables; comments and the order of lines stay.
 *
 * @param changes `undefined` removes a variable
 */
export function changeConfigFile(file: string, changes: Record<string, string | undefined>): void {
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split(/\r?\n/) : [];
  while (lines.at(-1) === '') lines.pop();
  for (const [name, value] of Object.entries(changes)) {
    const at = lines.findIndex((line) => line.startsWith(`${name}=`));
    const fresh = value === undefined ? [] : [`${name}=${value}`];
    lines.splice(at < 0 ? lines.length : at, at < 0 ? 0 : 1, ...fresh);
  }
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const target = existsSync(file) ? realpathSync(file) : file;
  // A group that may read it, such as that of the service's user, stays.
  const mode = existsSync(file) ? statSync(file).mode & 0o777 : 0o600;
  // The service could not read a file of root in its folder.
  const owner = statSync(existsSync(file) ? target : path.dirname(target));
  replaceFile(target, lines.map((line) => `${line}\n`).join(''), mode, owner);
}

/**
 * The variables of the file that `env` lacks; an empty variable counts as unset.
 *
 * @returns the names that `env` sets otherwise, whose values win
 */
export function addMissing(values: Record<string, string>, env: NodeJS.ProcessEnv): string[] {
  const names = Object.keys(values);
  for (const name of names) env[name] ||= values[name];
  return names.filter((name) => env[name] !== values[name]);
}
