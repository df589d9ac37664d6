import type { Sent } from './protocol';
import { thousands } from './table';

/** A span in seconds after the start of an order. */
export interface Span {
  begins: number;
  ends: number;
}

type IsMeant = (status: number) => boolean;

export const isDone: IsMeant = (status) => status >= 200 && status < 300;
/** True for the statuses of a server that refuses because it has too much to do. */
export const isRefusal: IsMeant = (status) => [429, 503, 507].includes(status);
/** True for the statuses of a server that breaks; 0 means no answer. */
export const isFailure: IsMeant = (status) => [0, 500, 502, 504].includes(status);

/** Lists the answers of a kind to the requests that were due in a span; none if the kind is unknown. */
export function answersOf(sent: Sent, kind: string, { begins = 0, ends = Infinity }: Partial<Span> = {}) {
  const answers = sent.kinds[kind];
  return Array.from(answers?.dueMs ?? [], (due, index) => ({
    dueS: due / 1_000,
    ms: answers!.tookMs[index]!,
    status: answers!.statuses[index]!,
  })).filter(({ dueS }) => dueS >= begins && dueS < ends);
}

/** Lists the milliseconds of these answers if their status is meant. */
export const timesOf = (sent: Sent, kind: string, span: Partial<Span>, isMeant: IsMeant = () => true) =>
  answersOf(sent, kind, span)
    .filter(({ status }) => isMeant(status))
    .map(({ ms }) => ms);

/** Counts the answers of some kinds by their status. */
export const countOf = (sent: Sent, kinds: readonly string[], isMeant: IsMeant, span: Partial<Span> = {}) =>
  kinds.reduce((sum, kind) => sum + timesOf(sent, kind, span, isMeant).length, 0);

/** @returns successes a second; the end of an answer decides whether it lies in the span */
export function rateDone(sent: Sent, kinds: readonly string[], { begins, ends }: Span): number {
  const isInSpan = ({ dueS, ms }: { dueS: number; ms: number }) =>
    dueS + ms / 1_000 >= begins && dueS + ms / 1_000 < ends;
  const done = kinds.flatMap((kind) => answersOf(sent, kind).filter(({ status }) => isDone(status)));
  return done.filter(isInSpan).length / (ends - begins);
}

/** Formats how often each status came: "201 × 404, 503 × 5,596". */
export function describeStatuses(sent: Sent, kinds: readonly string[]): string {
  const counts = new Map<number, number>();
  for (const { status } of kinds.flatMap((kind) => answersOf(sent, kind)))
    counts.set(status, (counts.get(status) ?? 0) + 1);
  return [...counts]
    .sort(([a], [b]) => a - b)
    .map(([status, count]) => `${status || 'no answer'} × ${thousands(count)}`)
    .join(', ');
}
