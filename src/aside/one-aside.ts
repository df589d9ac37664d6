import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { isAlive } from '../lib/is-alive';

/**
 * Creates a lock for the workers of this folder, so that two held workers never step aside together. It is synchronous,
 * since each await costs a held worker a tenth of a second.
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
    /** Returns false if another living worker holds it. */
    take(): boolean {
      const pid = owner();
      if (pid === process.pid) return true;
      if (pid > 0 && isAlive(pid)) return false;
      // Remove only what a killed worker left; another worker may take the lock at this moment.
      if (pid > 0) rmSync(file, { force: true });
      try {
        writeFileSync(file, String(process.pid), { flag: 'wx' });
        return true;
      } catch (error) {
        // A full disk leaves an empty file, which would block the lock for good.
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') rmSync(file, { force: true });
        return false;
      }
    },
    leave(): void {
      if (owner() === process.pid) rmSync(file, { force: true });
    },
  };
}
