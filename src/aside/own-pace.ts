import { performance } from 'node:perf_hooks';

/** Milliseconds of CPU time: more than a quota of a fifth of a core allows in a period of the kernel (100 ms). */
const WORK_MS = 25;
/** Maximum duration in milliseconds. */
const LONGEST_MS = 100;

/**
 * Returns true if this process gets the CPU time that it asks for: 25 ms of work within 100 ms. It blocks the event
 * loop, so only a worker without requests may call it: a quota shows only when it is used up.
 */
export function hasOwnPace(): boolean {
  const began = performance.now();
  const before = process.cpuUsage();
  for (;;) {
    const { user, system } = process.cpuUsage(before);
    if (performance.now() - began > LONGEST_MS) return false;
    if (user + system >= WORK_MS * 1_000) return true;
  }
}
