import { readdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { isAlive } from '../lib/is-alive';
import { makePrivateFolder, ownUid, privateFolderFault } from '../lib/private-folder';

/** A process that listens in the folder: `api-0`, `worker-1`; two of a name while one takes over from the other. */
export interface ControlSocket {
  name: string;
  pid: number;
  file: string;
}

const FILE = /^([a-z]+-\d+)\.(\d+)\.sock$/;
/** A socket's path may have 107 bytes. */
const LONGEST_FOLDER = 80;

/** Where the processes of one installation on one machine meet, unless RUN_DIR says another place. */
export const defaultControlFolder = (basePort: number): string =>
  path.join(os.tmpdir(), `taskfleet-run-${ownUid}-${basePort}`);

/**
 * Makes the folder, for this user alone: a process that can write there can drain workers.
 * @throws Error that says what is wrong with it
 */
export function ensureControlFolder(folder: string): void {
  if (Buffer.byteLength(folder) > LONGEST_FOLDER)
    throw new Error(`RUN_DIR: ${folder} is longer than the ${LONGEST_FOLDER} bytes a socket allows`);
  const fault = makePrivateFolder(folder);
  if (fault) throw new Error(`RUN_DIR: ${folder} ${fault}, or let RUN_DIR name another folder`);
}

export const socketFile = (folder: string, name: string): string =>
  path.join(folder, `${name}.${process.pid}.sock`);

/** Lists the sockets, also of processes that were killed. Empty if other users could have put them there. */
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

/** Whether another process of this name is there to take this one's place. */
export const hasSuccessor = (folder: string, name: string): boolean =>
  listLiving(folder).some((other) => other.name === name && other.pid !== process.pid);
