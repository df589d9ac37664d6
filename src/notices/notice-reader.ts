import type { Notice } from './notice-model';
import type { NoticeRepository } from './notice-repository';

const PAGE = 10_000;
/**
 * How much later than a newer notice an older one may become visible: the duration of a post (`POST_MS`) and the
 * difference of two hosts' clocks after a failover. Notices older than this need not be read again.
 */
const OVERLAP_MS = 2_500;
/** A slower post is repeated, since its timestamp may precede its visibility by too much. */
export const POST_MS = 500;

interface Mark {
  /** When `newest` had been read, by this process's monotonic clock. */
  at: number;
  newest: number;
}

/**
 * Reads from the last notice on, by MongoDB's clock, and rereads the overlap before it. After a quiet overlap it
 * rereads nothing, so a look at a quiet board is free.
 */
export function createNoticeReader(notices: Pick<NoticeRepository, 'changedSince'>) {
  /** Oldest first. Everything up to the first mark has been read; the last mark is the newest notice seen. */
  let marks: Mark[] = [{ at: -Infinity, newest: 0 }];

  async function readFrom(from: number, take: (notice: Notice) => void): Promise<number> {
    let newest = 0;
    for (let limit = PAGE; ;) {
      const page = await notices.changedSince(new Date(from), limit);
      page.forEach(take);
      newest = page.at(-1)?.changedAt.getTime() ?? newest;
      if (page.length < limit) return newest;
      // A page may end amid notices of the same moment: read that moment again, with a larger page if it fills one.
      if (newest === from) limit *= 2;
      from = newest;
    }
  }

  return {
    /** Passes every notice that changed since the last call to `take`, some of them again. */
    async readOn(take: (notice: Notice) => void): Promise<void> {
      const began = performance.now();
      const newest = await readFrom(marks[0]!.newest + 1, take);
      if (newest > marks.at(-1)!.newest) marks.push({ at: performance.now(), newest });
      // This look began so long after a mark that nothing older can have appeared later.
      const settled = marks.findLastIndex(({ at }) => at <= began - OVERLAP_MS);
      marks = marks.slice(Math.max(0, settled));
    },
  };
}
