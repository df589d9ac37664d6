import { percentile } from '../../../src/lib/percentile';
import type { Answers, Sent } from './protocol';
import { thousands } from './table';

/** Seconds after the start of an order. */
export interface Span {
  begins: number;
  ends: number;
}

type IsMeant = (status: number) => boolean;

export const isDone: IsMeant = (status) => status >= 200 && status < 300;
/** The statuses of a server that refuses since it has too much to do. */
export const isRefusal: IsMeant = (status) => [429, 503, 507].includes(status);
/** The statuses of a server that breaks; 0: no answer. */
export const isFailure: IsMeant = (status) => [0, 500, 502, 504].includes(status);

/** Answers of a kind to the requests that were due in this span; those of another kind are none. */
export function answersOf(sent: Sent, kind: string, { begins = 0, ends = Infinity }: Partial<Span> = {}) {
  const { dueMs, tookMs, statuses } = sent.kinds[kind] ?? ({} as Partial<Answers>);
  return [...(dueMs ?? [])]
    .map((due, index) => ({ dueS: due / 1_000, ms: tookMs![index]!, status: statuses![index]! }))
    .filter(({ dueS }) => dueS >= begins && dueS < ends);
}

/** Milliseconds of those answers. */
export const timesOf = (sent: Sent, kind: string, span: Partial<Span>, isMeant: IsMeant = () => true) =>
  answersOf(sent, kind, span)
    .filter(({ status }) => isMeant(status))
    .map(({ ms }) => ms);

/** How many of these kinds have such a status. */
export const countOf = (sent: Sent, kinds: readonly string[], isMeant: IsMeant, span: Partial<Span> = {}) =>
  kinds.reduce((sum, kind) => sum + timesOf(sent, kind, span, isMeant).length, 0);

/** Successes a second, by when they ended. */
export function rateDone(sent: Sent, kinds: readonly string[], { begins, ends }: Span): number {
  const isInSpan = ({ dueS, ms }: { dueS: number; ms: number }) =>
    dueS + ms / 1_000 >= begins && dueS + ms / 1_000 < ends;
  const done = kinds.flatMap((kind) => answersOf(sent, kind).filter(({ status }) => isDone(status)));
  return done.filter(isInSpan).length / (ends - begins);
}

export const p99 = (times: readonly number[]): number => percentile(times, 0.99);

/** How often each status came: "201 × 404, 503 × 5,596". */
export function describeStatuses(sent: Sent, kinds: readonly string[]): string {
  const counts = new Map<number, number>();
  for (const { status } of kinds.flatMap((kind) => answersOf(sent, kind)))
    counts.set(status, (counts.get(status) ?? 0) + 1);
  return [...counts]
    .sort(([a], [b]) => a - b)
    .map(([status, count]) => `${status || 'no answer'} × ${thousands(count)}`)
    .join(', ');
}
