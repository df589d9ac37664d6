import type { Logger } from '../process/logger';
import type { Reason, RequestClass } from './refusals';

const EVERY_MS = 10_000;
const NAMES: Record<RequestClass, string> = {
  password: 'passwords',
  upload: 'uploads',
  write: 'writes',
  uncached: 'uncached reads',
  'cached-read': 'cached reads',
};

/** Sums refusals up in one `warn` line every 10 s: thousands of lines would cost more than refusing does. */
export function createRefusalLog(logger: Pick<Logger, 'warn'>) {
  let counts: Partial<Record<RequestClass, Partial<Record<Reason, number>>>> = {};
  let since = 0;
  let timer: NodeJS.Timeout | undefined;

  function flush(): void {
    if (!timer) return;
    clearTimeout(timer);
    timer = undefined;
    const parts = Object.entries(counts).flatMap(([of, reasons]) =>
      Object.entries(reasons).map(
        ([reason, count]) => `${count.toLocaleString('en')} ${NAMES[of as RequestClass]} (${reason})`,
      ),
    );
    const seconds = Math.max(1, Math.round((performance.now() - since) / 1_000));
    logger.warn(
      { refused: counts, seconds },
      `Refused ${parts.join(', ')} in ${seconds} s; see docs/operations.md, "When it refuses"`,
    );
    counts = {};
  }

  return {
    add(of: RequestClass, reason: Reason): void {
      const reasons = (counts[of] ??= {});
      reasons[reason] = (reasons[reason] ?? 0) + 1;
      if (timer) return;
      since = performance.now();
      timer = setTimeout(flush, EVERY_MS).unref();
    },
    flush,
  };
}
