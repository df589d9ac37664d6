import { writeFileSync } from 'node:fs';
import { toSquareWebps } from './images';

export interface PictureLimits {
  /** CPU time in milliseconds, which the load of the host does not change. */
  cpuMs: number;
  /** Resident memory of the child in bytes, including its own 70 MB. */
  memoryBytes: number;
}

export interface PictureTask {
  bytes: Buffer;
  /** Sides in pixels. */
  sizes: readonly number[];
  limits: PictureLimits;
}

/** `rss`: resident memory in bytes after the picture. */
export type PictureReply =
  { files: Buffer[]; rss: number } | { damaged: string } | { over: 'CPU time' | 'memory' };

const LOOK_MS = 50;

const reply = (message: PictureReply) => process.send?.(message);

/** libvips works in threads, so this process's event loop is free to watch what they use. */
async function make({ bytes, sizes, limits }: PictureTask): Promise<void> {
  const before = process.cpuUsage();
  const watch = setInterval(() => {
    const { user, system } = process.cpuUsage(before);
    if ((user + system) / 1_000 > limits.cpuMs) reply({ over: 'CPU time' });
    else if (process.memoryUsage.rss() > limits.memoryBytes) reply({ over: 'memory' });
  }, LOOK_MS);
  try {
    const files = await toSquareWebps(bytes, sizes);
    reply({ files, rss: process.memoryUsage.rss() });
  } catch (error) {
    reply({ damaged: (error as Error).message });
  } finally {
    clearInterval(watch);
  }
}

// A normal exit would wait for libvips, and a child must not outlive a killed job worker.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
// Ctrl-C reaches the whole process group, but the job worker decides when its child ends.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {});
try {
  // If memory runs out, Linux should end this process rather than the job worker.
  writeFileSync('/proc/self/oom_score_adj', '1000');
} catch {
  // Only Linux has this file.
}
process.on('message', (task: PictureTask) => void make(task));
