import { p99 } from '../../../src/lib/percentile';
import { countOf, describeStatuses, isDone, isFailure, isRefusal, rateDone, timesOf } from './figures';
import type { Part, PartContext } from './part';
import { signUps } from './requests';
import { atLeast, atMost, info, ms, perSecond, thousands } from './table';
import { makeTimeChart } from './time-chart';

const CLIENTS = 400;
/** Sign-ups that are prepared for each second: refusals are quick, and no person may sign up twice. */
const MOST_PER_SECOND = 3_000;
/** Aim: sign-ups done, as a share of the hash rate. */
const LEAST_OF_HASH_RATE = 0.7;

async function measure({ seconds, send, hashRate }: PartContext) {
  const best = await hashRate();
  const overload = { begins: 0, ends: seconds };
  const requests = signUps(MOST_PER_SECOND * seconds);
  const stream = { kind: 'sign-up', requests, clients: CLIENTS, ...overload };
  const sent = await send(`${CLIENTS} connections that retry sign-ups at once`, [stream]);
  const kinds = ['sign-up'];
  const done = rateDone(sent, kinds, { begins: 1, ends: seconds });
  const rows = [
    info('hash rate', perSecond(best)),
    atLeast('sign-ups done', done, LEAST_OF_HASH_RATE * best),
    info('sign-ups done, p99', ms(p99(timesOf(sent, 'sign-up', {}, isDone)))),
    info('sign-ups refused', perSecond(countOf(sent, kinds, isRefusal) / seconds)),
    info('sign-ups refused, p99', ms(p99(timesOf(sent, 'sign-up', {}, isRefusal)))),
    atMost('500, 502, 504 or no answer', countOf(sent, kinds, isFailure), 0, thousands),
    info(`sign-ups: ${describeStatuses(sent, kinds)}`),
  ];
  const title = `${CLIENTS} connections that retry sign-ups at once`;
  return { rows, charts: [makeTimeChart({ title, sent, reads: [], others: kinds, overload })] };
}

/** Sends sign-ups of one client over many connections, each as soon as its connection has an answer. */
export const retries: Part = { title: 'retries', measure };
