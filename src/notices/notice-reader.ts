import type { Notice } from './notice-model';
import type { NoticeRepository } from './notice-repository';

const PAGE = 10_000;
/**
 * How long a notice may become visible after a later one: the time of a post (`POST_MS`) and the difference of two
 * hosts' clocks after a failover. What a worker has read this long ago it need not read again.
 */
const OVERLAP_MS = 2_500;
/** A post that takes longer is done again: its moment may be too long before it was visible. */
export const POST_MS = 500;

interface Mark {
  /** When `newest` had been read, by this process' monotonic clock. */
  at: number;
  newest: number;
}

/**
 * Reads on from the last notice that it has read, by MongoDB's clock, and once more what came within the overlap
 * before it. After a quiet overlap nothing is read twice, so a look at a quiet board reads nothing.
 */
export function createNoticeReader(notices: Pick<NoticeRepository, 'changedSince'>) {
  /** Oldest first. Everything up to the first one has been read; the last one is the newest that was seen. */
  let marks: Mark[] = [{ at: -Infinity, newest: 0 }];

  async function readFrom(from: number, take: (notice: Notice) => void): Promise<number> {
    let newest = 0;
    for (let limit = PAGE; ;) {
      const page = await notices.changedSince(new Date(from), limit);
      page.forEach(take);
      newest = page.at(-1)?.changedAt.getTime() ?? newest;
      if (page.length < limit) return newest;
      // A page may end amid notices of one moment: it is read again from there, and grows if that is all of it.
      if (newest === from) limit *= 2;
      from = newest;
    }
  }

  return {
    /** Hands over every notice that changed since the last call, some of them again. */
    async readOn(take: (notice: Notice) => void): Promise<void> {
      const began = performance.now();
      const newest = await readFrom(marks[0]!.newest + 1, take);
      if (newest > marks.at(-1)!.newest) marks.push({ at: performance.now(), newest });
      // This look began so long after a mark that nothing older can have come later.
      const settled = marks.findLastIndex(({ at }) => at <= began - OVERLAP_MS);
      marks = marks.slice(Math.max(0, settled));
    },
  };
}
