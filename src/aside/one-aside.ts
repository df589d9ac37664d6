import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { isAlive } from '../lib/is-alive';

/**
 * A place that one worker of this folder has at a time, from `take` to `leave`: two that are held at the same moment do
 * not both step aside. All of it is synchronous, since to wait costs a worker that is held a tenth of a second each time.
 */
export function createOneAside(folder: string) {
  const file = path.join(folder, 'aside.lock');

  function owner(): number {
    try {
      return Number(readFileSync(file, 'utf8'));
    } catch {
      return 0;
    }
  }

  return {
    /** False if another living worker has it. */
    take(): boolean {
      const pid = owner();
      if (pid === process.pid) return true;
      if (pid > 0 && isAlive(pid)) return false;
      // Only what a killed worker left: another one may take the place at this moment.
      if (pid > 0) rmSync(file, { force: true });
      try {
        writeFileSync(file, String(process.pid), { flag: 'wx' });
        return true;
      } catch (error) {
        // A full disk leaves an empty file, which would be nobody's for good.
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') rmSync(file, { force: true });
        return false;
      }
    },
    leave(): void {
      if (owner() === process.pid) rmSync(file, { force: true });
    },
  };
}
