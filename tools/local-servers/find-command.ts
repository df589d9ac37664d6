import fs from 'node:fs';
import path from 'node:path';
import { runCommand } from '../command/run-command';

// Folders of servers that the PATH of a plain user may not list.
const moreFolders = [
  '/usr/sbin',
  '/usr/local/sbin',
  '/opt/homebrew/sbin',
  '/opt/homebrew/bin',
  '/usr/local/bin',
];

export function isExecutable(file: string) {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}

/** @returns full path */
export function findCommand(name: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(path.delimiter).filter(path.isAbsolute);
  return [...folders, ...moreFolders].map((folder) => path.join(folder, name)).find(isExecutable);
}

/**
 * @param pattern the version in group 1
 */
export async function commandVersion(command: string, args: string[], pattern: RegExp): Promise<string> {
  const { stdout, stderr } = await runCommand(command, args, { timeoutMs: 10_000 });
  return pattern.exec(stdout + stderr)?.[1] ?? 'unknown version';
}
