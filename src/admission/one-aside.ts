import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { isAlive } from '../infra/is-alive';

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
      if (pid > 0 && pid !== process.pid && isAlive(pid)) return false;
      rmSync(file, { force: true });
      try {
        writeFileSync(file, String(process.pid), { flag: 'wx' });
        return true;
      } catch {
        return false;
      }
    },
    leave(): void {
      if (owner() === process.pid) rmSync(file, { force: true });
    },
  };
}
