import { setTimeout as sleep } from 'node:timers/promises';
import { connectMongo, PATIENT } from '../../../src/infra/mongo/mongo';
import { noticeModel } from '../../../src/notices/notice-model';
import { p99 } from '../../../src/lib/percentile';
import { answersOf, countOf, isDone, timesOf } from './figures';
import type { Part, PartContext } from './part';
import { cachedReads } from './requests';
import { atLeast, atMost, info, ms, thousands } from './table';
import { makeTimeChart } from './time-chart';

const NOTICES_PER_SECOND = 500;
const READS_PER_SECOND = 100;
/** API workers keep the notices of some seconds in view: a short burst would show nothing. */
const SECONDS = 60;
const WARM_UP_SECONDS = 3;
const BATCH_MS = 100;
const IN_FORCE_MS = 3_600_000;

/** Posts notices as log-outs do, straight into MongoDB. @returns their number */
async function postNotices(mongoUrl: string, signal: AbortSignal): Promise<number> {
  const mongo = await connectMongo(mongoUrl, PATIENT);
  try {
    const notices = noticeModel(mongo.connection);
    let posted = 0;
    for (const start = performance.now(); performance.now() < start + SECONDS * 1_000;) {
      const due = Math.floor(((performance.now() - start) / 1_000) * NOTICES_PER_SECOND);
      const batch = Array.from({ length: due - posted }, () => ({
        updateOne: {
          filter: { _id: `revoked:drill-${posted++}` },
          update: {
            $set: { until: new Date(Date.now() + IN_FORCE_MS) },
            $currentDate: { changedAt: true as const },
          },
          upsert: true,
        },
      }));
      if (batch.length > 0) await notices.bulkWrite(batch, { ordered: false });
      await sleep(BATCH_MS, undefined, { signal });
    }
    return posted;
  } finally {
    await mongo.close();
  }
}

async function measure(context: PartContext) {
  const { stack, send, signal } = context;
  const requests = await cachedReads(context);
  const read = (seconds: number) => [
    { kind: 'read', requests, perSecond: READS_PER_SECOND, begins: 0, ends: seconds },
  ];
  await send('reads alone, until the cache has them', read(WARM_UP_SECONDS));
  const [sent, posted] = await Promise.all([
    send(`${NOTICES_PER_SECOND} notices/s beside ${READS_PER_SECOND} reads/s`, read(SECONDS)),
    postNotices(stack.info().env.MONGO_URL ?? '', signal),
  ]);
  const { HIT: hits = 0, MISS: misses = 0, BYPASS: bypasses = 0 } = sent.kinds.read!.caches;
  const lost = countOf(sent, ['read'], (status) => !isDone(status));
  const rows = [
    atLeast('notices posted', posted / SECONDS, 0.95 * NOTICES_PER_SECOND),
    info('reads from the cache', `${thousands(hits)} of ${thousands(answersOf(sent, 'read').length)}`),
    atMost('reads past the cache: it was off', bypasses, 0, thousands),
    atMost('reads that filled the cache anew', misses, 0, thousands),
    atMost('reads refused or failed', lost, 0, thousands),
    info('reads p99', ms(p99(timesOf(sent, 'read', {})))),
  ];
  const title = `${READS_PER_SECOND} cached reads/s beside ${NOTICES_PER_SECOND} notices/s`;
  const overload = { begins: 0, ends: SECONDS };
  return { rows, charts: [makeTimeChart({ title, sent, reads: ['read'], others: [], overload })] };
}

/** Many log-outs must not turn the cache off. */
export const notices: Part = { title: 'notices', measure };
