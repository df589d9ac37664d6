import type { Answers } from './protocol';

type Log = Pick<Answers, 'caches'> & Record<'dueMs' | 'tookMs' | 'statuses', number[]>;

/** Collects the answers to the requests of each kind. */
export function createAnswerLog() {
  const kinds = new Map<string, Log>();
  const errors: Record<string, number> = {};

  const of = (kind: string) => {
    const found = kinds.get(kind) ?? { dueMs: [], tookMs: [], statuses: [], caches: {} };
    kinds.set(kind, found);
    return found;
  };

  return {
    /** Opens a kind, so that it is listed even if no answer comes. */
    open: (kind: string): void => void of(kind),
    add(kind: string, dueMs: number, tookMs: number, status: number, cache?: string): void {
      const log = of(kind);
      log.dueMs.push(dueMs);
      log.tookMs.push(tookMs);
      log.statuses.push(status);
      if (cache) log.caches[cache] = (log.caches[cache] ?? 0) + 1;
    },
    addError: (reason: string): void => void (errors[reason] = (errors[reason] ?? 0) + 1),
    errors,
    kinds: (): Record<string, Answers> =>
      Object.fromEntries(
        [...kinds].map(([kind, { dueMs, tookMs, statuses, caches }]) => [
          kind,
          {
            dueMs: Float64Array.from(dueMs),
            tookMs: Float64Array.from(tookMs),
            statuses: Uint16Array.from(statuses),
            caches,
          },
        ]),
      ),
  };
}
