import { chownSync, renameSync, rmSync, writeFileSync } from 'node:fs';

/** Lets the umask decide who can read a file. */
export const OPEN = 0o666;

/**
 * Writes a file in one step: a reader finds the old content or the new one, also after a crash. By default only the owner
 * can read the new file, whoever could read the old one.
 *
 * @param owner of the new file, if root writes it; default: the user of this process
 */
export function replaceFile(
  file: string,
  content: string | Buffer,
  mode = 0o600,
  owner?: { uid: number; gid: number },
): void {
  const temporary = `${file}.${process.pid}.tmp`;
  // One that a killed process of the same pid left may be open to other users.
  rmSync(temporary, { force: true });
  try {
    writeFileSync(temporary, content, { mode, flag: 'wx' });
    if (owner && process.getuid?.() === 0) chownSync(temporary, owner.uid, owner.gid);
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
