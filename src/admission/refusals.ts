import type { Metrics } from '../infra/metrics';

/** Classes of requests, the first to be refused first. */
export type RequestClass = 'password' | 'upload' | 'write' | 'uncached' | 'cached-read';
/**
 * `late`: the event loop is late; `limit`: too many are under way; `share`: the client's share is used up; `wait`: the
 * wait would be too long; `disk`: the database has no room.
 */
export type Reason = 'late' | 'limit' | 'share' | 'wait' | 'disk';

export type Refusals = ReturnType<typeof createRefusals>;

/** Exported as 0 from the start, so that Prometheus sees the first refusal. */
const KNOWN: [RequestClass, Reason[]][] = [
  ['password', ['wait', 'share', 'limit']],
  ['upload', ['wait', 'late', 'disk']],
  ['write', ['wait', 'late', 'disk']],
  ['uncached', ['wait', 'late']],
  ['cached-read', ['late', 'share']],
];

/** Counts refusals for overload and passes each on to `listeners`. */
export function createRefusals(
  metrics: Pick<Metrics, 'counter'>,
  ...listeners: ((of: RequestClass, reason: Reason) => void)[]
) {
  const help = 'Requests refused because of overload';
  const counter = metrics.counter('taskfleet_requests_refused_total', help, ['class', 'reason']);
  const known = KNOWN.flatMap(([of, reasons]) => reasons.map((reason) => [of, reason] as const));
  const counted = new Map(known.map(([of, reason]) => [`${of} ${reason}`, counter(of, reason)]));
  return (of: RequestClass, reason: Reason): void => {
    (counted.get(`${of} ${reason}`) ?? counter(of, reason))();
    for (const listen of listeners) listen(of, reason);
  };
}
