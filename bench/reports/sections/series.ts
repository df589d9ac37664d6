import { isDeepStrictEqual } from 'node:util';
import { MANY, ONE, THIRD } from '../../../tools/report/colours';
import { BALANCING_NAMES, type BenchResults, type Series } from '../../store/result-types';
import { makeRowChart } from '../charts/row-chart';
import { isDisturbed, markOf } from '../faults';
import { formatCount, formatNumber, formatPercent, formatTimes } from '../format';
import { nameOfSeries } from '../names';
import { figureOf, meanOf, middleOf, p99Of, perSecondOf, type FigureOf } from '../select';
import {
  barOf,
  inMs,
  latencyChart,
  makeSection,
  makeTable,
  middleCell,
  P50,
  P99,
  perSecond,
  rangeCell,
  RATE,
  type Column,
} from './section';

/** The first column: the name of each series, with its mark. */
const named = (name: (series: Series) => string): Column<Series> => [
  '',
  (series) => name(series) + markOf(series),
];

export function stormSection({ series }: BenchResults) {
  const parts = series.filter(({ scenario }) => scenario === 'reads-in-storm');
  const name = ({ part = '', setup }: Series) => `${part}, ${formatCount(setup.workers, 'worker')}`;
  const ratio = (one: Series) => {
    const idle = parts.find(({ part, setup }) => part === 'idle' && setup.workers === one.setup.workers);
    return middleOf(one, p99Of) / middleOf(idle, p99Of);
  };
  const rate = formatNumber(middleOf(parts[0], perSecondOf));
  return makeSection({
    id: 'storm',
    title: 'Reads beside sign-ups',
    text: [
      `Cached reads at a fixed rate of ${rate}/s: idle, then in a storm of as many sign-ups as the hash threads can ` +
        'take, then the same with passwords hashed on the event loop, as many APIs do.',
    ],
    charts: latencyChart(
      'Latency of reads from p50 to p99',
      [{ name: 'cached reads', colour: MANY }],
      parts.map((one) => ({ name: name(one), series: [one] })),
    ),
    tables: [
      makeTable(parts, [
        named(name),
        P50,
        P99,
        ['ratio', (one) => formatTimes(ratio(one))],
        ['sign-ups/s', middleCell(figureOf('signUpsPerSecond'))],
      ]),
    ],
    notes: [
      '"ratio": p99 divided by the idle p99 of as many workers.',
      'Latency counts from the moment at which a request was due, so that a stall cannot hide.',
    ],
  });
}

export function balancingSection({ series }: BenchResults) {
  const slowed = series.filter(({ setup }) => setup.slowedWorker !== undefined);
  const name = ({ setup, part }: Series) =>
    [BALANCING_NAMES[setup.balancing], part].filter(Boolean).join(', ');
  const shareOf = figureOf('slowedShare');
  const chart = (
    title: string,
    axis: string,
    colour: string,
    figure: FigureOf,
    format: (value: number) => string,
  ) =>
    makeRowChart({
      kind: 'bars',
      title,
      axis,
      groups: [{ name: title, colour }],
      rows: slowed.map((one) => ({ name: name(one), marks: [barOf(one, figure, format)] })),
    });
  return makeSection({
    id: 'balancing',
    title: 'Balancing with one slowed worker',
    text: ['One worker is held to a tenth of a core. Which share of the requests does it still get?'],
    notes: [
      '"refused": answered with 503 by the slowed worker, which could not answer them in time. Otherwise it would step aside after a while; here it stays.',
    ],
    charts: [
      ...chart('Share of the slowed worker', 'share; 1 is all requests', THIRD, shareOf, formatPercent),
      ...chart('p99 with one slowed worker', 'ms (less is better)', MANY, p99Of, inMs),
    ],
    tables: [
      makeTable(slowed, [
        named(name),
        ['its share', middleCell(shareOf, formatPercent)],
        ['refused', middleCell(figureOf('refusedShare'), formatPercent)],
        RATE,
        P50,
        P99,
      ]),
    ],
  });
}

/** The scenario whose uncached form has a name of its own. */
const CACHED: Record<string, string> = { 'uncached-read': 'cached-read' };

export function cacheSection({ series }: BenchResults) {
  const pairs = series
    .filter(({ setup }) => !setup.cache)
    .flatMap((without) => {
      const setup = { ...without.setup, cache: true };
      const scenario = CACHED[without.scenario] ?? without.scenario;
      const cached = series.find(
        (one) =>
          one.scenario === scenario && one.part === without.part && isDeepStrictEqual(one.setup, setup),
      );
      return cached ? [{ without, cached, unit: middleOf(without, perSecondOf) }] : [];
    });
  const rows = pairs.flatMap(({ without, cached, unit }) =>
    [without, cached].map((one) => ({
      one,
      unit,
      name: nameOfSeries(cached) + (one === cached ? '' : ', without'),
    })),
  );
  return makeSection({
    id: 'cache',
    title: 'With the cache and without',
    charts: makeRowChart({
      kind: 'bars',
      title: 'Throughput with the cache and without',
      axis: 'multiples of the requests/s without the cache',
      groups: [
        { name: 'without the cache', colour: ONE },
        { name: 'with the cache', colour: MANY },
      ],
      rows: pairs.map(({ without, cached, unit }) => ({
        name: nameOfSeries(cached),
        marks: [without, cached].map((one) => barOf(one, perSecondOf, perSecond, unit)),
      })),
    }),
    tables: [
      makeTable(rows, [
        ['', ({ name, one }) => name + markOf(one)],
        [RATE[0], ({ one }) => RATE[1](one)],
        [P99[0], ({ one }) => P99[1](one)],
        ['ratio', ({ one, unit }) => formatTimes(middleOf(one, perSecondOf) / unit)],
      ]),
    ],
  });
}

export const allFiguresSection = ({ series }: BenchResults) =>
  makeSection({
    id: 'all-figures',
    title: 'All figures',
    tables: [
      makeTable(series, [
        named(nameOfSeries),
        ['load', ({ load }) => ('connections' in load ? `${load.connections} conn.` : `${load.perSecond}/s`)],
        RATE,
        ['mean ms', rangeCell(meanOf)],
        P50,
        ['p90 ms', middleCell(({ p90Ms }) => p90Ms)],
        P99,
        ['max ms', middleCell(({ maxMs }) => maxMs)],
        ['disturbed', (one) => (isDisturbed(one) ? 'yes' : 'no')],
      ]),
    ],
    notes: ['"conn.": connections that send as fast as answers come; "/s": a fixed rate.'],
  });
