import type { Metrics } from '../infra/metrics';

/** What is refused, in the order in which it is: the last one last. */
export type Worth = 'password' | 'upload' | 'write' | 'uncached' | 'cached-read';
/**
 * `late`: the event loop is late; `limit`: as much is under way as may be; `share`: the client's own share is used up;
 * `wait`: it would wait too long; `disk`: the database has no room.
 */
export type Reason = 'late' | 'limit' | 'share' | 'wait' | 'disk';

export type Refusals = ReturnType<typeof createRefusals>;

/** Exported as 0 from the start, so that Prometheus sees the first. */
const KNOWN: [Worth, Reason[]][] = [
  ['password', ['wait', 'share', 'limit']],
  ['upload', ['wait', 'late', 'disk']],
  ['write', ['wait', 'late', 'disk']],
  ['uncached', ['wait', 'late']],
  ['cached-read', ['late', 'share']],
];

/** Counts what is refused for overload, and hands each refusal on to `listeners`. */
export function createRefusals(
  metrics: Pick<Metrics, 'counter'>,
  ...listeners: ((worth: Worth, reason: Reason) => void)[]
) {
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
  return (worth: Worth, reason: Reason): void => {
    (counted.get(`${worth} ${reason}`) ?? counter(worth, reason))();
    for (const listen of listeners) listen(worth, reason);
  };
}
