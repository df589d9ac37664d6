import type { Answers } from './protocol';

/** Collects what came of the requests of each kind. */
export function createAnswerLog() {
  const kinds = new Map<string, { dueMs: number[]; tookMs: number[]; statuses: number[]; hits: number }>();
  const errors: Record<string, number> = {};

  const of = (kind: string) => {
    const found = kinds.get(kind) ?? { dueMs: [], tookMs: [], statuses: [], hits: 0 };
    kinds.set(kind, found);
    return found;
  };

  return {
    /** Opens a kind, so that it is listed even if no answer comes. */
    open: (kind: string): void => void of(kind),
    add(kind: string, dueMs: number, tookMs: number, status: number, isHit: boolean): void {
      const log = of(kind);
      log.dueMs.push(dueMs);
      log.tookMs.push(tookMs);
      log.statuses.push(status);
      if (isHit) log.hits += 1;
    },
    addError: (reason: string): void => void (errors[reason] = (errors[reason] ?? 0) + 1),
    errors,
    kinds: (): Record<string, Answers> =>
      Object.fromEntries(
        [...kinds].map(([kind, { dueMs, tookMs, statuses, hits }]) => [
          kind,
          {
            dueMs: Float64Array.from(dueMs),
            tookMs: Float64Array.from(tookMs),
            statuses: Uint16Array.from(statuses),
            hits,
          },
        ]),
      ),
  };
}
