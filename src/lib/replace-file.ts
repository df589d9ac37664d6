import { renameSync, rmSync, writeFileSync } from 'node:fs';

/** Lets the umask decide who can read a file. */
export const OPEN = 0o666;

/**
 * Writes a file in one step: a reader finds the old content or the new one, also after a crash. By default only the owner
 * can read the new file, whoever could read the old one.
 */
export function replaceFile(file: string, content: string | Buffer, mode = 0o600): void {
  const temporary = `${file}.${process.pid}.tmp`;
  // One that a killed process of the same pid left may be open to other users.
  rmSync(temporary, { force: true });
  try {
    writeFileSync(temporary, content, { mode, flag: 'wx' });
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
