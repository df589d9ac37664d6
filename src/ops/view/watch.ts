import type { NoticeBoard } from '../../notices/notice-board';
import { WATCHED, type NoticeRepository } from '../../notices/notice-repository';

/** How long a process publishes after it has read that somebody watches. */
const KEPT_MS = 6_000;
/** From then on the board reads no notice that was there before this process. */
const READ_AGAIN_MS = 3_000;

export type Watch = ReturnType<typeof createWatch>;

/**
 * Says to all API workers whether somebody watches the live page. It is a notice in MongoDB, which every worker looks
 * at anyway: without watchers it costs nothing, and no further connection.
 */
export function createWatch(
  board: Pick<NoticeBoard, 'follow'>,
  notices: Pick<NoticeRepository, 'postWatched'>,
  now = () => performance.now(),
) {
  const startedAt = now();
  let newest: number | undefined;
  let until = 0;
  board.follow(({ _id, changedAt }) => {
    const at = changedAt.getTime();
    if (_id !== WATCHED || (newest !== undefined && at <= newest)) return;
    // A worker that has just started also reads an old notice. No wall clock decides: it may differ from MongoDB's.
    if (newest !== undefined || now() - startedAt > READ_AGAIN_MS) until = now() + KEPT_MS;
    newest = at;
  });
  return {
    isWatched: (): boolean => now() < until,
    /** Keeps all workers publishing; writes only if nobody else has lately. */
    async keep(): Promise<void> {
      if (until - now() < KEPT_MS / 2) await notices.postWatched(2 * KEPT_MS);
    },
  };
}
