import { threadsOf } from '../config';
import { listSockets } from './control-folder';

interface Pool {
  resize: (threads: number) => void;
}

const EVERY_MS = 2_000;

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

const livingIn = (folder: string) => listSockets(folder).filter(({ pid }) => isAlive(pid));

/** Whether another process of this name is there to take its place. */
export const hasSuccessor = (folder: string, name: string): boolean =>
  livingIn(folder).some((other) => other.name === name && other.pid !== process.pid);

/** API workers of this machine; one that takes over from another counts once. */
export const countWorkers = (folder: string): number =>
  new Set(
    livingIn(folder)
      .filter(({ name }) => name.startsWith('api-'))
      .map(({ name }) => name),
  ).size;

/**
 * Gives a worker fewer hash threads where others have come, and more where they have gone: by `pm2 scale` as
 * well, which tells nobody. @returns a function that ends it
 */
export function shareCores(folder: string, pool: Pool): () => void {
  const timer = setInterval(() => pool.resize(threadsOf(Math.max(1, countWorkers(folder)))), EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}
