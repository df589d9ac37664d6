import { p99 } from '../../../src/lib/percentile';
import type { Request } from '../../../tools/load/connections';
import { countOf, describeStatuses, isDone, rateDone, timesOf } from './figures';
import type { Part, PartContext } from './part';
import type { Stream } from './protocol';
import { membersOf, whyNoAddresses, work, type Member } from './requests';
import { atMost, info, ms, percent, perSecond } from './table';
import { makeTimeChart } from './time-chart';

/** Number of members who send most requests, and their share of all. */
const HEAVY = 3;
const HEAVY_SHARE = 0.9;
const TIMES_CAPACITY = 5;
/**
 * Shares of all requests. Passwords and pictures are so few that the members who are not heavy use a fraction of the
 * hash threads and of the job worker: at a capacity of 1,000 requests/s, 2.5 log-ins and 1 upload a second.
 */
const SHARES = { read: 0.7, list: 0.15, write: 0.143, 'log-in': 0.005, upload: 0.002 };
type Kind = keyof typeof SHARES;
const kinds: Kind[] = ['read', 'list', 'write', 'log-in', 'upload'];
/** Length of the sequence of requests that a closed loop repeats. */
const ROUND = 10_000;
const CLIENTS = 32;
const IDLE_SECONDS = 3;
/** Most connections of one member. */
const SOCKETS = 400;
/** Aim: the largest share of requests of the other members that are not served. */
const MOST_REFUSED = 0.01;

const addressOf = (member: number) => `127.0.1.${1 + member}`;

/** Makes requests of these members by kind, each sent from the address of its member. */
async function requestsOf(members: Member[], first: number): Promise<Record<Kind, Request[]>> {
  const made = {
    read: work.reads(members),
    list: work.lists(members),
    write: work.writes(members),
    'log-in': work.logIns(members),
    upload: await work.uploads(members, Math.ceil(200 / members.length)),
  };
  // The members take turns, so the index of a request leads to its member.
  for (const requests of Object.values<Request[]>(made))
    requests.forEach((request, index) => (request.from = addressOf(first + (index % members.length))));
  return made;
}

/** Measures the successes a second of a closed loop of the same mix, which all members send alike. */
async function measureCapacity({ send }: PartContext, requests: Record<Kind, Request[]>): Promise<number> {
  const round = kinds.flatMap((kind) =>
    Array.from({ length: Math.round(SHARES[kind] * ROUND) }, (_, index) => ({
      at: (index + 0.5) / (SHARES[kind] * ROUND),
      request: requests[kind][index % requests[kind].length]!,
    })),
  );
  const mix = round.sort((a, b) => a.at - b.at).map(({ request }) => request);
  const stream = { kind: 'mix', requests: mix, clients: CLIENTS, begins: 0, ends: 6 };
  return rateDone(await send(`the mix, ${CLIENTS} clients`, [stream]), ['mix'], { begins: 1, ends: 6 });
}

async function measure(context: PartContext) {
  const skipped = whyNoAddresses();
  if (skipped) return { skipped };
  const { seconds, send } = context;
  const members = await membersOf(context);
  const [heavy, others] = [members.slice(0, HEAVY), members.slice(HEAVY)];
  const capacity = await measureCapacity(context, await requestsOf(members, 0));
  const overload = { begins: IDLE_SECONDS, ends: IDLE_SECONDS + seconds };
  const groups = [
    { name: 'heavy', share: HEAVY_SHARE, requests: await requestsOf(heavy, 0), begins: overload.begins },
    { name: 'other', share: 1 - HEAVY_SHARE, requests: await requestsOf(others, HEAVY), begins: 0 },
  ];
  const streams = groups.flatMap(({ name, share, requests, begins }) =>
    kinds.map((kind): Stream => {
      const perSecond = TIMES_CAPACITY * capacity * share * SHARES[kind];
      return { kind: `${name} ${kind}`, requests: requests[kind], perSecond, begins, ends: overload.ends };
    }),
  );
  const total = TIMES_CAPACITY * capacity;
  const sent = await send(`${perSecond(total)} of the mix by ${members.length} members`, streams, SOCKETS);

  const namesOf = (group: string) => kinds.map((kind) => `${group} ${kind}`);
  const refusedShare = (names: string[]) =>
    countOf(sent, names, (status) => !isDone(status), overload) / countOf(sent, names, () => true, overload);
  const rows = [
    info('capacity for the mix', perSecond(capacity)),
    info(`asked for, ${HEAVY_SHARE * 100} % of it by ${HEAVY} members`, perSecond(total)),
    info('done of it', perSecond(rateDone(sent, [...namesOf('heavy'), ...namesOf('other')], overload))),
    atMost(`the other ${others.length}: not served`, refusedShare(namesOf('other')), MOST_REFUSED, percent),
    ...kinds.map((kind) => {
      const name = `other ${kind}`;
      const times = timesOf(sent, name, overload, isDone);
      return info(
        `  ${kind}s: not served; p99 of the rest`,
        `${percent(refusedShare([name]))}; ${ms(p99(times))}`,
      );
    }),
    info(`  ${describeStatuses(sent, namesOf('other'))}`),
    info(`the ${HEAVY}: not served`, percent(refusedShare(namesOf('heavy')))),
    info(`  ${describeStatuses(sent, namesOf('heavy'))}`),
  ];
  const title = `${TIMES_CAPACITY} times the capacity; the ${others.length} members who send ${percent(1 - HEAVY_SHARE)}`;
  const chart = { title, sent, reads: ['other read'], others: namesOf('other').slice(1), overload };
  return { rows, charts: [makeTimeChart(chart)] };
}

/** Three members ask for more than the stack can do: the others must not notice. */
export const mixed: Part = { title: 'mixed', measure };
