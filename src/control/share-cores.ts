import { threadsOf } from '../config';
import { listLiving } from './control-folder';

interface Pool {
  resize: (threads: number) => void;
}

const EVERY_MS = 2_000;

/** Counts the API workers of this host; a worker and its successor in a reload count once. */
const countWorkers = (folder: string): number =>
  new Set(
    listLiving(folder)
      .filter(({ name }) => name.startsWith('api-'))
      .map(({ name }) => name),
  ).size;

/**
 * Polls the number of API workers on this host and gives this one its share of the hash threads, since `pm2 scale`
 * notifies no process. @returns a function that stops the polling
 */
export function shareCores(folder: string, pool: Pool): () => void {
  const timer = setInterval(() => pool.resize(threadsOf(Math.max(1, countWorkers(folder)))), EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}
