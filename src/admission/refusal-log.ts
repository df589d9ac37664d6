import type { Logger } from '../process/logger';
import type { Reason, Worth } from './refusals';

const EVERY_MS = 10_000;
const NAMES: Record<Worth, string> = {
  password: 'passwords',
  upload: 'uploads',
  write: 'writes',
  uncached: 'uncached reads',
  'cached-read': 'cached reads',
};

/**
 * Sums up what is refused in one `warn` line, at most every 10 s: refusals come by the thousands, and lines of their own
 * would cost more than refusing does.
 */
export function createRefusalLog(logger: Pick<Logger, 'warn'>) {
  let counts: Partial<Record<Worth, Partial<Record<Reason, number>>>> = {};
  let since = 0;
  let timer: NodeJS.Timeout | undefined;

  /** Writes at once what was refused since the last line. */
  function flush(): void {
    if (!timer) return;
    clearTimeout(timer);
    timer = undefined;
    const parts = Object.entries(counts).flatMap(([worth, reasons]) =>
      Object.entries(reasons).map(
        ([reason, count]) => `${count.toLocaleString('en')} ${NAMES[worth as Worth]} (${reason})`,
      ),
    );
    const seconds = Math.max(1, Math.round((performance.now() - since) / 1_000));
    logger.warn(
      { refused: counts, seconds },
      `Refused ${parts.join(', ')} in ${seconds} s; docs/operations.md, "When it refuses", says what to do`,
    );
    counts = {};
  }

  return {
    add(worth: Worth, reason: Reason): void {
      const reasons = (counts[worth] ??= {});
      reasons[reason] = (reasons[reason] ?? 0) + 1;
      if (timer) return;
      since = performance.now();
      timer = setTimeout(flush, EVERY_MS).unref();
    },
    flush,
  };
}
