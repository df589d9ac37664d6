import { readdirSync } from 'node:fs';
import path from 'node:path';
import { isAlive } from '../lib/is-alive';
import { makePrivateFolder, privateFolderFault } from '../lib/private-folder';

/** Socket of a process such as `api-0`, `worker-1` or `supervisor-0`. During a reload two have the same name. */
export interface ControlSocket {
  name: string;
  pid: number;
  file: string;
}

const FILE = /^([a-z]+-\d+)\.(\d+)\.sock$/;
/** The path of a socket can have 107 bytes. */
const LONGEST_FOLDER = 80;

/**
 * Creates the folder for this user alone: a process that can write there can drain workers.
 * @throws Error that names the fault
 */
export function ensureControlFolder(folder: string): void {
  if (Buffer.byteLength(folder) > LONGEST_FOLDER)
    throw new Error(`RUN_DIR: ${folder} is longer than the ${LONGEST_FOLDER} bytes a socket allows`);
  const fault = makePrivateFolder(folder);
  if (fault) throw new Error(`RUN_DIR: ${folder} ${fault}, or let RUN_DIR name another folder`);
}

export const socketFile = (folder: string, name: string): string =>
  path.join(folder, `${name}.${process.pid}.sock`);

/** Lists the sockets, including those of killed processes. Empty if other users can write to the folder. */
export function listSockets(folder: string): ControlSocket[] {
  let files: string[];
  try {
    if (privateFolderFault(folder)) return [];
    files = readdirSync(folder);
  } catch {
    return [];
  }
  return files.flatMap((file) => {
    const [, name, pid] = FILE.exec(file) ?? [];
    return name ? [{ name, pid: Number(pid), file: path.join(folder, file) }] : [];
  });
}

export const listLiving = (folder: string): ControlSocket[] =>
  listSockets(folder).filter(({ pid }) => isAlive(pid));

/** True for API workers and job workers, which use the database; false for a supervisor. */
export const isWorker = ({ name }: ControlSocket): boolean => !name.startsWith('supervisor-');

/** True if another process with this name runs, which takes over from this one. */
export const hasSuccessor = (folder: string, name: string): boolean =>
  listLiving(folder).some((other) => other.name === name && other.pid !== process.pid);
