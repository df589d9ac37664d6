import { p99 } from '../../../src/lib/percentile';
import type { Request } from '../../../tools/load/connections';
import { countOf, describeStatuses, isDone, isFailure, isRefusal, rateDone, timesOf } from './figures';
import type { Span } from './figures';
import type { Part, PartContext } from './part';
import type { Sent } from './protocol';
import { cachedReads, newTasks } from './requests';
import { atLeast, atMost, info, MOST_IDLE_MS, ms, percent, perSecond, thousands, type Row } from './table';
import { makeTimeChart } from './time-chart';

const CREATES_PER_SECOND = 2_000;
const READS_PER_SECOND = 300;
/** Rate before the overload and after it. */
const FEW_CREATES_PER_SECOND = 20;
const IDLE_SECONDS = 4;
const AFTER_SECONDS = 6;
/** Aims. */
const MOST_READ_MS = 100;
const MOST_REFUSAL_MS = 50;
const LEAST_OF_BEST = 0.8;
/** Aim: so long after the overload no p99 is more than so many times the idle one; short samples differ. */
const BACK_SECONDS = 1;
const AS_IDLE = 3;

/** Measures the best rate of closed loops of several sizes, without other requests. */
async function bestRate({ send }: PartContext, requests: Request[]): Promise<number> {
  const rates: number[] = [];
  for (const clients of [8, 16, 32]) {
    const stream = { kind: 'create', requests, clients, begins: 0, ends: 4 };
    const sent = await send(`POST /tasks alone, ${clients} clients`, [stream]);
    rates.push(rateDone(sent, ['create'], { begins: 1, ends: 4 }));
  }
  return Math.max(...rates);
}

async function measure(context: PartContext) {
  const { seconds, send } = context;
  const [reads, creates] = [await cachedReads(context), await newTasks(context)];
  const best = await bestRate(context, creates);
  const overload = { begins: IDLE_SECONDS, ends: IDLE_SECONDS + seconds };
  const end = overload.ends + AFTER_SECONDS;
  const few = { kind: 'create', requests: creates, perSecond: FEW_CREATES_PER_SECOND };
  const sent = await send(`${CREATES_PER_SECOND} creates/s beside ${READS_PER_SECOND} reads/s`, [
    { kind: 'read', requests: reads, perSecond: READS_PER_SECOND, begins: 0, ends: end },
    { ...few, begins: 0, ends: overload.begins },
    { kind: 'overload', requests: creates, perSecond: CREATES_PER_SECOND, ...overload },
    { ...few, begins: overload.ends, ends: end },
  ]);
  const title = `${CREATES_PER_SECOND} creates/s and ${READS_PER_SECOND} cached reads/s`;
  const others = ['create', 'overload'];
  return {
    rows: judge(sent, best, overload),
    charts: [makeTimeChart({ title, sent, reads: ['read'], others, overload })],
  };
}

function judge(sent: Sent, best: number, overload: Span): Row[] {
  const idle = { begins: 1, ends: overload.begins };
  const after = { begins: overload.ends + BACK_SECONDS };
  const p99Of = (kind: string, span: Partial<Span>) => p99(timesOf(sent, kind, span));
  const isLost = (status: number) => !isDone(status);
  const refusals = timesOf(sent, 'overload', {}, isRefusal);
  const { HIT: hits = 0 } = sent.kinds.read!.caches;
  const asIdle = (kind: string) =>
    atMost(
      `${kind}s p99, from ${BACK_SECONDS} s after it on`,
      p99Of(kind, after),
      AS_IDLE * p99Of(kind, idle),
    );
  return [
    info('best rate of POST /tasks alone', perSecond(best)),
    atMost('reads p99, idle (else the machine is too busy)', p99Of('read', idle), MOST_IDLE_MS),
    info('creates p99, idle', ms(p99Of('create', idle))),
    atMost('reads p99, in the overload', p99Of('read', overload), MOST_READ_MS),
    atMost('reads refused or failed', countOf(sent, ['read'], isLost), 0, thousands),
    info('reads from the cache', percent(hits / sent.kinds.read!.statuses.length)),
    atLeast('creates done', rateDone(sent, ['overload'], overload), LEAST_OF_BEST * best),
    info('creates done, p99', ms(p99(timesOf(sent, 'overload', {}, isDone)))),
    info('creates refused', thousands(refusals.length)),
    ...(refusals.length > 0 ? [atMost('refusals p99', p99(refusals), MOST_REFUSAL_MS)] : []),
    atMost('500, 502, 504 or no answer', countOf(sent, Object.keys(sent.kinds), isFailure), 0, thousands),
    asIdle('read'),
    asIdle('create'),
    atMost(
      `creates not done, from ${BACK_SECONDS} s after it on`,
      countOf(sent, ['create'], isLost, after),
      0,
      thousands,
    ),
    info(`creates: ${describeStatuses(sent, ['overload'])}`),
  ];
}

/** Sends more writes than MongoDB and the API workers can do, beside reads that the cache answers. */
export const writes: Part = { title: 'writes', measure };
