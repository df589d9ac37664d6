import { p99 } from '../../../src/lib/percentile';
import { openQuota } from '../../../tools/quota/quota';
import { countOf, describeStatuses, isDone, isRefusal, rateDone, timesOf } from './figures';
import type { Part, PartContext } from './part';
import type { Stream } from './protocol';
import { cachedReads, newTasks } from './requests';
import { atMost, info, ms, MOST_IDLE_MS, percent, perSecond } from './table';
import { makeTimeChart } from './time-chart';

const SLOWED_CORES = 0.1;
const CLIENTS = 16;
const OF_CAPACITY = 0.7;
const IDLE_PER_SECOND = 20;
const IDLE_SECONDS = 5;
/** One request in so many is a write, the others are cached reads. */
const WRITE_EVERY = 10;
/** Aims. */
const MOST_REFUSED = 0.05;
const MOST_TIMES_IDLE = 5;

async function measure(context: PartContext) {
  const quota = await openQuota('overload');
  if ('reason' in quota) return { skipped: quota.reason };
  const { stack, seconds, send } = context;
  // The API worker with the lowest port, which NGINX lists first.
  const [slowed] = (await stack.apps()).filter(({ port }) => port).sort(byPort);
  const hold = () => quota.hold('slowed', [slowed!.pid], SLOWED_CORES);
  const [reads, writes] = [await cachedReads(context), await newTasks(context)];
  const mix = Array.from({ length: reads.length }, (_, index) =>
    index % WRITE_EVERY === 0 ? writes[0]! : reads[index % reads.length]!,
  );
  const capacityOf = async (what: string) => {
    const stream = { kind: 'mix', requests: mix, clients: CLIENTS, begins: 0, ends: 5 };
    return rateDone(await send(`${what}, ${CLIENTS} clients`, [stream]), ['mix'], { begins: 1, ends: 5 });
  };
  const atRate = async (text: string, rate: number, ends: number) => {
    const stream: Stream = { kind: 'mix', requests: mix, perSecond: rate, begins: 0, ends };
    return send(text, [stream]);
  };
  try {
    await stack.listWorkers(1);
    const alone = await capacityOf('one worker alone');
    hold();
    const aloneSlowed = await capacityOf('the slowed worker alone');
    await stack.listWorkers();
    const idle = await atRate('both workers, idle', IDLE_PER_SECOND, IDLE_SECONDS);
    const rate = OF_CAPACITY * (alone + aloneSlowed);
    const sent = await atRate(`both workers, ${perSecond(rate)}`, rate, seconds);
    const idleP99 = p99(timesOf(idle, 'mix', {}));
    const count = countOf(sent, ['mix'], () => true);
    const lost = countOf(sent, ['mix'], (status) => !isDone(status));
    const rows = [
      info('one worker alone', perSecond(alone)),
      info(`the one held to ${SLOWED_CORES} cores alone`, perSecond(aloneSlowed)),
      info(`asked of both: ${OF_CAPACITY} × their sum`, perSecond(rate)),
      info('refused', percent(countOf(sent, ['mix'], isRefusal) / count)),
      atMost('refused or failed', lost / count, MOST_REFUSED, percent),
      atMost('p99, idle (else the machine is too busy)', idleP99, MOST_IDLE_MS),
      atMost('p99 of the rest', p99(timesOf(sent, 'mix', {}, isDone)), MOST_TIMES_IDLE * idleP99),
      info(
        'the same, once it had 3 s to step aside',
        ms(p99(timesOf(sent, 'mix', { begins: 3, ends: seconds }, isDone))),
      ),
      info(`answers: ${describeStatuses(sent, ['mix'])}`),
    ];
    const title = `One of two workers held to ${SLOWED_CORES} cores, round robin, ${perSecond(rate)}`;
    const overload = { begins: 0, ends: seconds };
    return { rows, charts: [makeTimeChart({ title, sent, reads: [], others: ['mix'], overload })] };
  } finally {
    await quota.release();
    await stack.listWorkers();
  }
}

const byPort = (a: { port?: number }, b: { port?: number }) => a.port! - b.port!;

/** Slows one of two API workers, to which NGINX gives half of the requests. */
export const slowed: Part = { title: 'slowed', measure };
