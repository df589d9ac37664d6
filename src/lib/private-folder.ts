import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** Not from `os.userInfo()`, which needs an entry in the list of users: a container may run as any number. */
export const ownUid = process.getuid?.() ?? -1;

/** `lstat` follows a link that has a slash at its end. */
const withoutSlash = (folder: string) => path.resolve(folder);

/**
 * Looks whether other users could act through a folder.
 *
 * @returns how they could, and the cure; undefined if none can
 */
export function privateFolderFault(folder: string): string | undefined {
  const found = fs.lstatSync(withoutSlash(folder));
  const { uid, mode } = found;
  if (found.isSymbolicLink()) return 'is a link: remove it';
  if (!found.isDirectory()) return 'is no folder: remove it';
  if (uid !== ownUid) return "is another user's: have its owner remove it";
  if (mode & 0o077) return `is open to other users (mode ${(mode & 0o777).toString(8)}): chmod 700 it`;
  return undefined;
}

/**
 * Makes a folder for this user alone. What is there already is judged and never changed, and a link is not followed: in
 * a folder for everybody, such as /tmp, another user may have put it there first.
 *
 * @returns as `privateFolderFault`
 */
export function makePrivateFolder(folder: string): string | undefined {
  if (!fs.lstatSync(withoutSlash(folder), { throwIfNoEntry: false }))
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  return privateFolderFault(folder);
}

/** The default of RUN_DIR, the folder in which the processes of one installation on a host meet. */
export const defaultRunDir = (basePort: number): string =>
  path.join(os.tmpdir(), `taskfleet-run-${ownUid}-${basePort}`);
