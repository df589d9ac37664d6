import type { Chart } from '../../../tools/report/chart';
import { MANY, ONE } from '../../../tools/report/colours';
import { median, spread } from '../../figures/statistics';
import type { BenchResults, Series } from '../../store/result-types';
import { RAW_AIMS } from '../aims';
import { makeRowChart } from '../charts/row-chart';
import { markOf } from '../faults';
import { formatCount, formatNumber, formatPercent, formatSpread, formatTimes } from '../format';
import { nameOf, nameOfRaw, RAW_NAMES } from '../names';
import {
  clusterSize,
  meanOf,
  middleOf,
  p50Of,
  p99Of,
  pairOf,
  perSecondOf,
  rawLimitOf,
  shareOfRaw,
  throughputPairs,
  type Pair,
} from '../select';
import { barOf, latencyChart, makeSection, makeTable, P50, P99, perSecond, RATE } from './section';

const nameOfPair = (pair: Pair): string => nameOf(pair) + markOf(pair.one, pair.many);

/** Names the cluster, which may not have been measured. */
const nameOfMany = (results: BenchResults): string =>
  clusterSize(results) > 1 ? formatCount(clusterSize(results), 'worker') : 'a cluster';

const groupsOf = (results: BenchResults) => [
  { name: 'one worker', colour: ONE },
  { name: nameOfMany(results), colour: MANY },
];

const bothPairs = (results: BenchResults) => throughputPairs(results).filter(({ one, many }) => one && many);

/** Draws multiples of one worker's throughput, since the scenarios differ by a factor of hundreds. */
export const throughputChart = (results: BenchResults): Chart[] =>
  makeRowChart({
    kind: 'bars',
    title: `Throughput: one worker against ${nameOfMany(results)}`,
    axis: "multiples of one worker's requests/s",
    groups: groupsOf(results),
    rows: bothPairs(results).map((pair) => {
      const unit = middleOf(pair.one, perSecondOf);
      const bar = (series?: Series) => barOf(series, perSecondOf, perSecond, unit);
      return { name: nameOf(pair), marks: [bar(pair.one), bar(pair.many)] };
    }),
  });

/** The two sentences that most readers come for. */
function headlines(results: BenchResults): string[] {
  const signUp = pairOf(results, 'sign-up');
  const { many: reads } = pairOf(results, 'cached-read');
  const rate = (series?: Series) => formatNumber(middleOf(series, perSecondOf));
  const ratio = (figure: typeof perSecondOf) =>
    formatTimes(middleOf(signUp.many, figure) / middleOf(signUp.one, figure));
  const mean = (series?: Series) => formatNumber(middleOf(series, meanOf));
  return [
    ...(signUp.one && signUp.many
      ? [
          `${formatCount(signUp.many.setup.workers, 'worker')} complete ${rate(signUp.many)} sign-ups a second and one ` +
            `worker completes ${rate(signUp.one)} (${ratio(perSecondOf)}); the mean latency is ${mean(signUp.many)} ms ` +
            `instead of ${mean(signUp.one)} ms.`,
        ]
      : []),
    ...(reads
      ? [
          `${formatCount(reads.setup.workers, 'worker')} answer ${rate(reads)} cached reads a second, half of them within ` +
            `${formatNumber(middleOf(reads, p50Of))} ms and 99 % within ${formatNumber(middleOf(reads, p99Of))} ms; that is ` +
            `${formatPercent(shareOfRaw(results, reads))} of what as many bare Express servers answer on this host.`,
        ]
      : []),
  ];
}

export const throughputSection = (results: BenchResults) =>
  makeSection({
    id: 'throughput',
    title: 'One worker against many',
    text: headlines(results),
    charts: throughputChart(results),
    tables: [
      makeTable(bothPairs(results), [
        [RATE[0], nameOfPair],
        ['one worker', ({ one }) => RATE[1](one)],
        [nameOfMany(results), ({ many }) => RATE[1](many)],
        ['ratio', ({ one, many }) => formatTimes(middleOf(many, perSecondOf) / middleOf(one, perSecondOf))],
      ]),
    ],
    notes: ['All figures are medians of the rounds, with the least and the greatest in parentheses.'],
  });

/** Compares each scenario with the same answer that has nothing behind it. */
export function rawSection(results: BenchResults) {
  const limited = throughputPairs(results).filter(({ many }) => rawLimitOf(results, many));
  const bar = (series?: Series) => {
    const unit = median(rawLimitOf(results, series)?.perSecond ?? []);
    return barOf(series, perSecondOf, (rate) => formatPercent(rate / unit), unit);
  };
  const name = (pair: Pair) =>
    nameOf(pair) + markOf(pair.one, pair.many, rawLimitOf(results, pair.one), rawLimitOf(results, pair.many));
  return makeSection({
    id: 'raw-limits',
    title: 'Share of the raw limits',
    text: [
      'A raw limit is the rate of the same answer without authentication, validation, cache and database: by as many ' +
        'processes behind the same NGINX, or by as many threads that only hash. The limits are measured in turns with the rest.',
    ],
    charts: makeRowChart({
      kind: 'bars',
      title: 'Share of the raw limit',
      axis: 'share of the raw limit; 1 is all of it',
      groups: groupsOf(results),
      rows: limited.map((pair) => ({
        name: nameOf(pair),
        marks: [bar(pair.one), bar(pair.many)],
        aim: RAW_AIMS[pair.scenario],
      })),
    }),
    tables: [
      makeTable(limited, [
        ['', name],
        ['one worker', ({ one }) => formatPercent(shareOfRaw(results, one))],
        [nameOfMany(results), ({ many }) => formatPercent(shareOfRaw(results, many))],
        ['raw limit', ({ many }) => RAW_NAMES[rawLimitOf(results, many)!.name]],
      ]),
      makeTable(results.raw, [
        ['raw limit', (limit) => nameOfRaw(limit) + markOf(limit)],
        ['per second', (limit) => formatSpread(spread(limit.perSecond))],
        ['unit', ({ unit }) => unit],
      ]),
    ],
  });
}

export function latencySection(results: BenchResults) {
  const pairs = throughputPairs(results);
  const rows = pairs.map((pair) => ({ name: nameOf(pair), series: [pair.one, pair.many] }));
  return makeSection({
    id: 'latency',
    title: 'Latency',
    charts: latencyChart('Latency from p50 to p99', groupsOf(results), rows),
    tables: [
      makeTable(pairs, [
        ['ms', nameOfPair],
        ['one: p50', ({ one }) => P50[1](one)],
        ['p99', ({ one }) => P99[1](one)],
        ['many: p50', ({ many }) => P50[1](many)],
        ['p99', ({ many }) => P99[1](many)],
      ]),
    ],
    notes: [
      `"one": one worker; "many": ${nameOfMany(results)}. Requests are sent as fast as answers come, so latency includes ` +
        'the time in the queue.',
    ],
  });
}
