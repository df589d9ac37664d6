import { setTimeout as sleep } from 'node:timers/promises';

const ON_MS = 20;
const OFF_MS = 180;

/**
 * Stops a process for 180 of each 200 ms, like a quota of a tenth of a core, but without control groups.
 * @returns a function that lets the process continue
 */
export function holdProcess(pid: number): () => Promise<void> {
  let isOver = false;
  const signal = (name: 'SIGSTOP' | 'SIGCONT') => {
    try {
      process.kill(pid, name);
    } catch {
      isOver = true; // It has ended.
    }
  };
  const held = (async () => {
    while (!isOver) {
      signal('SIGSTOP');
      await sleep(OFF_MS);
      signal('SIGCONT');
      await sleep(ON_MS);
    }
  })();
  return () => {
    isOver = true;
    return held;
  };
}
