import type { Metrics } from '../infra/metrics';

/** What is refused, in the order in which it is: the last one last. */
export type Worth = 'password' | 'upload' | 'write' | 'uncached' | 'cached-read';
/** The event loop is late, too much work is under way, the client's own share of it is used up, it would wait too long. */
export type Reason = 'late' | 'limit' | 'share' | 'wait' | 'disk';

export type Refusals = ReturnType<typeof createRefusals>;

const KNOWN: [Worth, Reason[]][] = [
  ['password', ['wait', 'share', 'limit']],
  ['upload', ['wait', 'late']],
  ['write', ['wait', 'late']],
  ['uncached', ['wait', 'late']],
  ['cached-read', ['late', 'share']],
];

/** Counts what is refused for overload. */
export function createRefusals(metrics: Pick<Metrics, 'counter'>) {
  const counter = metrics.counter(
    'taskfleet_requests_refused_total',
    'Requests that were refused since there was too much at once',
    ['class', 'reason'],
  );
  const counted = new Map(
    KNOWN.flatMap(([worth, reasons]) =>
      reasons.map((reason) => [`${worth} ${reason}`, counter(worth, reason)] as const),
    ),
  );
  return (worth: Worth, reason: Reason): void => counted.get(`${worth} ${reason}`)?.();
}
