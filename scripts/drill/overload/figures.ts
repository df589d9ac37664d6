import { percentile } from '../../../bench/figures/statistics';
import type { Answers, Sent } from './protocol';

/** Seconds after the start of an order. */
export interface Span {
  begins: number;
  ends: number;
}

interface Choice extends Partial<Span> {
  /** Default: all statuses. */
  is?: (status: number) => boolean;
}

/** Answers of a server that refuses for overload: its own limits, a client's share, no room. */
export const isRefusal = (status: number): boolean => [429, 503, 507].includes(status);
/** 0: no answer. */
export const isFailure = (status: number): boolean => [0, 500, 502, 504].includes(status);

const nothing: Answers = {
  dueMs: new Float64Array(),
  tookMs: new Float64Array(),
  statuses: new Uint16Array(),
  hits: 0,
};
export const answersTo = (sent: Sent, kind: string): Answers => sent.kinds[kind] ?? nothing;

/** Milliseconds of the answers to the requests that were due in this span. */
export function timesOf(sent: Sent, kind: string, { begins = 0, ends = Infinity, is = () => true }: Choice) {
  const { dueMs, tookMs, statuses } = answersTo(sent, kind);
  return [...tookMs].filter((_, index) => {
    const due = dueMs[index]! / 1_000;
    return due >= begins && due < ends && is(statuses[index]!);
  });
}

/** Answers a second that ended in this span, whenever their request was due. */
export function rateOf(sent: Sent, kind: string, { begins, ends }: Span, is: (status: number) => boolean) {
  const { dueMs, tookMs, statuses } = answersTo(sent, kind);
  const ended = dueMs.filter((due, index) => {
    const end = (due + tookMs[index]!) / 1_000;
    return end >= begins && end < ends && is(statuses[index]!);
  });
  return ended.length / (ends - begins);
}

export const p99 = (times: readonly number[]): number => percentile(times, 0.99);

/** "201 × 404, 503 × 5,596": what came, by status. */
export function describeStatuses(sent: Sent, kind: string): string {
  const counts = new Map<number, number>();
  for (const status of answersTo(sent, kind).statuses) counts.set(status, (counts.get(status) ?? 0) + 1);
  return [...counts]
    .sort(([a], [b]) => a - b)
    .map(([status, count]) => `${status || 'no answer'} × ${count.toLocaleString('en')}`)
    .join(', ');
}
