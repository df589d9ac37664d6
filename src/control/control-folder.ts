import { lstatSync, mkdirSync, readdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { isAlive } from '../infra/is-alive';

/** A process that listens in the folder: `api-0`, `worker-1`; two of a name while one takes over from the other. */
export interface ControlSocket {
  name: string;
  pid: number;
  file: string;
}

const FILE = /^([a-z]+-\d+)\.(\d+)\.sock$/;
/** A socket's path may have 107 bytes. */
const LONGEST_FOLDER = 80;

/** Not by `os.userInfo()`, which needs an entry in the list of users: a container may run as any number. */
const ownUid = process.getuid?.() ?? -1;

/** Where the processes of one installation on one machine meet, unless RUN_DIR says another place. */
export const defaultControlFolder = (basePort: number): string =>
  path.join(os.tmpdir(), `taskfleet-run-${ownUid}-${basePort}`);

/** With a slash at its end a link would be followed. */
const withoutSlash = (folder: string): string => path.resolve(folder);

/**
 * Makes the folder, for this user alone: a process that can write there can drain workers. What is there already is
 * judged and never changed, and a link is not followed: in a folder for everybody, such as /tmp, another user may have
 * put it there first.
 * @throws Error that says what is wrong with it
 */
export function ensureControlFolder(folder: string): void {
  if (Buffer.byteLength(folder) > LONGEST_FOLDER)
    throw new Error(`RUN_DIR: ${folder} is longer than the ${LONGEST_FOLDER} bytes a socket allows`);
  if (!lstatSync(withoutSlash(folder), { throwIfNoEntry: false }))
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  const fault = faultOf(folder);
  if (fault) throw new Error(`RUN_DIR: ${folder} ${fault}, or let RUN_DIR name another folder`);
}

/** Why other users could act through the folder, and the cure; `undefined` if none can. */
function faultOf(folder: string): string | undefined {
  const found = lstatSync(withoutSlash(folder));
  const { uid, mode } = found;
  if (found.isSymbolicLink()) return 'is a link: remove it';
  if (!found.isDirectory()) return 'is no folder: remove it';
  if (uid !== ownUid) return "is another user's: have its owner remove it";
  if (mode & 0o077) return `is open to other users (mode ${(mode & 0o777).toString(8)}): chmod 700 it`;
  return undefined;
}

export const socketFile = (folder: string, name: string): string =>
  path.join(folder, `${name}.${process.pid}.sock`);

/** Those of processes that were killed may be among them. Empty if other users could have put them there. */
export function listSockets(folder: string): ControlSocket[] {
  let files: string[];
  try {
    if (faultOf(folder)) return [];
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
