import { readFileSync } from 'node:fs';

/** Returns true if a process with this id runs on this host; a zombie, which waits for its parent, counts as dead. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  try {
    return !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    // Only Linux has this file.
    return true;
  }
}
