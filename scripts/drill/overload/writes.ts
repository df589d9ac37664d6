import { describeStatuses, isFailure, isRefusal, p99, rateOf, timesOf } from './figures';
import type { Part, PartContext } from './part';
import type { Request, Sent } from './protocol';
import { cachedReads, newTasks } from './requests';
import { atLeast, atMost, info, ms, percent, perSecond, thousands, type Row } from './table';

const CREATES_PER_SECOND = 2_000;
const READS_PER_SECOND = 300;
const IDLE_SECONDS = 4;
const AFTER_SECONDS = 6;
/** Aims. */
const MOST_READ_MS = 100;
const MOST_REFUSAL_MS = 50;
const LEAST_OF_BEST = 0.8;
/** Within which all is as idle again. */
const BACK_SECONDS = 1;
/** By how much a p99 of a few seconds differs from another on a machine that others use too. */
const AS_IDLE = 3;

const isDone = (status: number) => status === 201;

/** The best that closed loops of several sizes do without anything beside them. */
async function bestRate({ send }: PartContext, creates: Request[]): Promise<number> {
  const rates: number[] = [];
  for (const clients of [8, 16, 32]) {
    const stream = { kind: 'create', requests: creates, clients, begins: 0, ends: 4 };
    const sent = await send(`POST /tasks alone, ${clients} clients`, [stream]);
    rates.push(rateOf(sent, 'create', { begins: 1, ends: 4 }, isDone));
  }
  return Math.max(...rates);
}

async function measure(context: PartContext) {
  const { seconds, send } = context;
  const [reads, creates] = [await cachedReads(context), await newTasks(context)];
  const best = await bestRate(context, creates);
  const overload = { begins: IDLE_SECONDS, ends: IDLE_SECONDS + seconds };
  const end = overload.ends + AFTER_SECONDS;
  const few = { kind: 'create', requests: creates, perSecond: 20 };
  const sent = await send(`${CREATES_PER_SECOND} creates/s beside ${READS_PER_SECOND} reads/s`, [
    { kind: 'read', requests: reads, perSecond: READS_PER_SECOND, begins: 0, ends: end },
    { ...few, begins: 0, ends: overload.begins },
    { kind: 'overload', requests: creates, perSecond: CREATES_PER_SECOND, ...overload },
    { ...few, begins: overload.ends, ends: end },
  ]);
  return { rows: judge(sent, best, overload), charts: [] };
}

function judge(sent: Sent, best: number, overload: { begins: number; ends: number }): Row[] {
  const idle = { begins: 1, ends: overload.begins };
  const after = { begins: overload.ends + BACK_SECONDS };
  const reads = timesOf(sent, 'read', overload);
  const lost = timesOf(sent, 'read', { is: (status) => status !== 200 });
  const refusals = timesOf(sent, 'overload', { is: isRefusal });
  const failures = ['read', 'create', 'overload'].flatMap((kind) => timesOf(sent, kind, { is: isFailure }));
  const refusedAfter = timesOf(sent, 'create', { ...after, is: (status) => !isDone(status) });
  const [readIdle, createIdle] = ['read', 'create'].map((kind) => p99(timesOf(sent, kind, idle))) as [
    number,
    number,
  ];
  return [
    info('best rate of POST /tasks alone', perSecond(best)),
    info('reads p99, idle', ms(readIdle)),
    info('creates p99, idle', ms(createIdle)),
    atMost('reads p99, in the overload', p99(reads), MOST_READ_MS),
    atMost('reads refused or failed', lost.length, 0, thousands),
    info('reads from the cache', percent(sent.kinds.read!.hits / sent.kinds.read!.statuses.length)),
    atLeast('creates done', rateOf(sent, 'overload', overload, isDone), LEAST_OF_BEST * best),
    info('creates done, p99', ms(p99(timesOf(sent, 'overload', { is: isDone })))),
    info('creates refused', thousands(refusals.length)),
    ...(refusals.length > 0 ? [atMost('refusals p99', p99(refusals), MOST_REFUSAL_MS)] : []),
    atMost('500, 502, 504 or no answer', failures.length, 0, thousands),
    atMost(
      `reads p99, from ${BACK_SECONDS} s after it`,
      p99(timesOf(sent, 'read', after)),
      AS_IDLE * readIdle,
    ),
    atMost(
      `creates p99, from ${BACK_SECONDS} s after it`,
      p99(timesOf(sent, 'create', after)),
      AS_IDLE * createIdle,
    ),
    atMost(`creates refused, from ${BACK_SECONDS} s after it`, refusedAfter.length, 0, thousands),
    info('answers', describeStatuses(sent, 'overload')),
  ];
}

export const writes: Part = { title: 'writes', measure };
