import { performance } from 'node:perf_hooks';

/** Milliseconds of CPU time: more than a quota of a fifth of a core leaves in one of the kernel's periods (100 ms). */
const WORK_MS = 25;
/** Milliseconds that it may last. */
const LONGEST_MS = 100;

/**
 * Whether this process gets the CPU time that it asks for: it works for 25 ms, which may last 100 ms. It blocks the event
 * loop, so only a worker without requests does it. A quota cannot be seen without using it up.
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
