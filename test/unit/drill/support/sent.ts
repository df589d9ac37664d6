import type { Sent } from '../../../../ops/drill/overload/protocol';

type Answer = [dueMs: number, tookMs: number, status: number];

/** What a sender reports of these answers. */
export function sentOf(kinds: Record<string, Answer[]>): Sent {
  const columns = (answers: Answer[]) => ({
    dueMs: Float64Array.from(answers.map(([due]) => due)),
    tookMs: Float64Array.from(answers.map(([, took]) => took)),
    statuses: Uint16Array.from(answers.map(([, , status]) => status)),
    caches: {},
  });
  const entries = Object.entries(kinds).map(([kind, answers]) => [kind, columns(answers)]);
  return { kinds: Object.fromEntries(entries) as Sent['kinds'], errors: {}, lateP99Ms: 0, cores: 0 };
}
