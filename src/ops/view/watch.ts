import type { NoticeBoard } from '../../notices/notice-board';
import { WATCHED, type NoticeRepository } from '../../notices/notice-repository';

/** How long a process publishes after it has read that somebody watches. */
const KEPT_MS = 6_000;
/** Maximum difference between the clocks of two hosts. */
const SKEW_MS = 2_000;

export type Watch = ReturnType<typeof createWatch>;

/**
 * Says to all API workers whether somebody watches the live page. It is a notice in MongoDB, which every worker looks
 * at anyway: without watchers it costs nothing, and no further connection.
 */
export function createWatch(
  board: Pick<NoticeBoard, 'follow'>,
  notices: Pick<NoticeRepository, 'postWatched'>,
) {
  let newest = 0;
  let until = 0;
  board.follow(({ _id, changedAt }) => {
    const at = changedAt.getTime();
    if (_id !== WATCHED || at <= newest) return;
    newest = at;
    // From then on this process's own clock counts. A worker that has just started also reads an old notice.
    if (at > Date.now() - KEPT_MS - SKEW_MS) until = performance.now() + KEPT_MS;
  });
  return {
    isWatched: (): boolean => performance.now() < until,
    /** Keeps all workers publishing; writes only if nobody else has lately. */
    async keep(): Promise<void> {
      if (until - performance.now() < KEPT_MS / 2) await notices.postWatched(2 * KEPT_MS);
    },
  };
}
