import { writeFileSync } from 'node:fs';
import { toSquareWebps } from './images';

/** What a picture may cost. */
export interface PictureLimits {
  /** CPU time in milliseconds, whatever the machine does beside it. */
  cpuMs: number;
  /** Resident memory of the child in bytes, its own 70 MB included. */
  memoryBytes: number;
}

export interface PictureTask {
  bytes: Buffer;
  /** Pixels of a side. */
  sizes: readonly number[];
  limits: PictureLimits;
}

/** `rss`: resident memory in bytes once the picture was done. */
export type PictureReply =
  { files: Buffer[]; rss: number } | { damaged: string } | { over: 'CPU time' | 'memory' };

const LOOK_MS = 50;

const reply = (message: PictureReply) => process.send?.(message);

/** libvips works in threads, so the event loop of this process is free to watch what they use. */
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

// An ordinary exit would wait for libvips. A job worker that was killed leaves no child behind.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
// Ctrl-C reaches the whole group: the job worker decides when its child ends.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {});
try {
  // If memory runs out, Linux ends this process rather than the job worker.
  writeFileSync('/proc/self/oom_score_adj', '1000');
} catch {
  // Other systems have no such file.
}
process.on('message', (task: PictureTask) => void make(task));
