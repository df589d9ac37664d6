import { p99 } from '../../../src/lib/percentile';
import { countOf, describeStatuses, isDone, isFailure, isRefusal, rateDone, timesOf } from './figures';
import type { Part, PartContext } from './part';
import { cachedReads, signUps, whyNoAddresses } from './requests';
import { atLeast, atMost, info, MOST_IDLE_MS, ms, perSecond, thousands } from './table';
import { makeTimeChart } from './time-chart';

const SIGN_UPS_PER_SECOND = 600;
const READS_PER_SECOND = 100;
const IDLE_SECONDS = 4;
/** Number of addresses that sign up, each ten times a second. */
const ADDRESSES = 60;
/** Aims. */
const MOST_ACCEPTED_MS = 2_500;
const LEAST_OF_HASH_RATE = 0.9;
const MOST_TIMES_IDLE = 3;

async function measure(context: PartContext) {
  const skipped = whyNoAddresses();
  if (skipped) return { skipped };
  const { seconds, send, hashRate } = context;
  const best = await hashRate();
  const overload = { begins: IDLE_SECONDS, ends: IDLE_SECONDS + seconds };
  const requests = signUps(SIGN_UPS_PER_SECOND * seconds, (index) => `127.0.2.${1 + (index % ADDRESSES)}`);
  const reads = await cachedReads(context);
  const sent = await send(`${SIGN_UPS_PER_SECOND} sign-ups/s beside ${READS_PER_SECOND} reads/s`, [
    { kind: 'read', requests: reads, perSecond: READS_PER_SECOND, begins: 0, ends: overload.ends },
    { kind: 'sign-up', requests, perSecond: SIGN_UPS_PER_SECOND, ...overload },
  ]);
  const idle = p99(timesOf(sent, 'read', { begins: 1, ends: overload.begins }));
  const lost = countOf(sent, ['read'], (status) => !isDone(status));
  const rows = [
    info('hash rate', perSecond(best)),
    atMost('reads p99, idle (else the machine is too busy)', idle, MOST_IDLE_MS),
    atMost('reads p99, in the overload', p99(timesOf(sent, 'read', overload)), MOST_TIMES_IDLE * idle),
    atMost('reads refused or failed', lost, 0, thousands),
    atLeast('sign-ups done', rateDone(sent, ['sign-up'], overload), LEAST_OF_HASH_RATE * best),
    atMost('sign-ups done, p99', p99(timesOf(sent, 'sign-up', {}, isDone)), MOST_ACCEPTED_MS),
    info('sign-ups refused, p99', ms(p99(timesOf(sent, 'sign-up', {}, isRefusal)))),
    atMost('500, 502, 504 or no answer', countOf(sent, ['sign-up', 'read'], isFailure), 0, thousands),
    info(`sign-ups: ${describeStatuses(sent, ['sign-up'])}`),
  ];
  const title = `${SIGN_UPS_PER_SECOND} sign-ups/s and ${READS_PER_SECOND} cached reads/s`;
  return { rows, charts: [makeTimeChart({ title, sent, reads: ['read'], others: ['sign-up'], overload })] };
}

/** Sends sign-ups at a fixed rate that waits for no answer; each address counts as one client. */
export const passwords: Part = { title: 'passwords', measure };
