import { readConfigFile, recordedDataDir } from '../../src/config/config-file';
import { shellQuoted } from '../../src/command-line/convention';
import { dir, root } from '../local/local-stack';
import type { StackFile } from '../../tools/local-servers/stack-file';
import { externalUrl, isServer, keys, tokenKeys } from './differences';
import { configFile, shell } from './load';

/** @returns the value that runs, if it has to be named: the stack finds its own servers and keys itself */
export function valueToName(name: string, before: StackFile): string | undefined {
  if (isServer(name)) return externalUrl(before, name);
  if (name === 'ROLE') return before.role;
  const edge: Record<string, string | undefined> = before.upstream?.edge ?? {};
  const value = edge[name] ?? before.env?.[name];
  return name.endsWith('_FILE') && value?.startsWith(dir) ? undefined : value;
}

/** Commands after which the next start keeps the value of this variable. */
function keepOne(name: string, before: StackFile): string[] {
  const { values } = readConfigFile(configFile());
  const wanted = valueToName(name, before);
  const inShell = shell[name] && shell[name] !== wanted ? [`unset ${name}`] : [];
  if (wanted) return values[name] === wanted ? inShell : [...inShell, `npx taskfleet config set ${name}`];
  return values[name] ? [...inShell, `npx taskfleet config unset ${name}`] : inShell;
}

function keepDataDir(): string[] {
  const was = recordedDataDir(root);
  const { values } = readConfigFile(configFile());
  if (shell.DATA_DIR) return ['unset DATA_DIR'];
  return values.DATA_DIR ? [`npx taskfleet config set DATA_DIR=${shellQuoted(was)}`] : [];
}

/**
 * Commands to paste, after which the next start keeps what runs.
 *
 * @param names of the variables that differ
 */
export function howToKeep(names: string[], before: StackFile): string[] {
  return names.flatMap((name) => {
    if (name === 'DATA_DIR') return keepDataDir();
    if (!keys.includes(name)) return keepOne(name, before);
    // The key that runs may be in another variable than the one that would replace it.
    const running = tokenKeys(before.env ?? {})?.name;
    return [...new Set([name, ...(running ? [running] : [])])].flatMap((key) => keepOne(key, before));
  });
}
