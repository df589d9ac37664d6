import { threadsOf } from '../config';
import { listLiving } from './control-folder';

interface Pool {
  resize: (threads: number) => void;
}

const EVERY_MS = 2_000;

/** API workers of this machine; one that takes over from another counts once. */
const countWorkers = (folder: string): number =>
  new Set(
    listLiving(folder)
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
