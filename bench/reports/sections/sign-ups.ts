import { spread } from '../../figures/statistics';
import type { BenchResults, Series } from '../../store/result-types';
import { MANY, ONE } from '../charts/colours';
import { makeRowChart, type Mark } from '../charts/row-chart';
import { formatNumber, formatPercent, formatSpread, formatTimes } from '../format';
import { marksOf } from '../marks';
import { nameOfRaw, nameOfSetup } from '../names';
import { SOURCE_REPORT } from '../reference-figures';
import { makeSection } from '../section';
import { meanOf, middleOf, p99Of, pairOf, perSecondOf, shareOfRaw, spreadOf, type Pair } from '../select';

/** The source report's experiment: one worker against N. */
export function signUpSection(results: BenchResults) {
  const pair = pairOf(results, 'sign-up');
  const series = results.series.filter(
    ({ scenario, part, setup }) => scenario === 'sign-up' && !part && setup.cache && !setup.quotaCores,
  );
  const hashes = results.raw.filter(({ name }) => name === 'hash');
  return makeSection({
    id: 'sign-ups',
    title: 'Sign-ups: one worker against many',
    text: headline(results, pair),
    charts: series.length > 0 ? [rateChart(pair), latencyChart(pair)] : [],
    tables: [
      {
        head: ['', 'sign-ups/s', 'mean ms', 'p99 ms', 'of bcrypt'],
        rows:
          series.length === 0
            ? []
            : [
                ...series.map((one) => row(results, one)),
                ...hashes.map((limit) => [
                  nameOfRaw(limit),
                  formatSpread(spread(limit.perSecond)),
                  '',
                  '',
                  '100 %',
                ]),
                ['source report, 1 instance', String(one.perSecond), formatNumber(one.meanMs), '', ''],
                [
                  'source report, 2 instances',
                  String(cluster.perSecond),
                  formatNumber(cluster.meanMs),
                  '',
                  '',
                ],
              ],
      },
    ],
    notes: [
      `"of bcrypt": share of what the same number of hash threads hashes without HTTP and database, at cost ${results.machine.bcryptCost}.`,
    ],
  });
}

const row = (results: BenchResults, series: Series): string[] => [
  nameOfSetup(series.setup) + marksOf(series),
  formatSpread(spreadOf(series, perSecondOf)),
  formatNumber(middleOf(series, meanOf)),
  formatNumber(middleOf(series, p99Of)),
  formatPercent(shareOfRaw(results, series)),
];

const { one, cluster } = SOURCE_REPORT;
const SOURCE_REPORT_TEXT =
  `The source report went from ${one.perSecond} to ${cluster.perSecond} a second and ` +
  `from ${formatNumber(one.meanMs)} to ${formatNumber(cluster.meanMs)} ms.`;

function headline(results: BenchResults, { one, many }: Pair): string[] {
  if (!one || !many) return [];
  const rate = (series: Series) => formatNumber(middleOf(series, perSecondOf));
  const latency = (series: Series) => `${formatNumber(middleOf(series, meanOf))} ms`;
  const times = formatTimes(middleOf(many, perSecondOf) / middleOf(one, perSecondOf));
  const { workers } = many.setup;
  return [
    `${workers} workers take ${rate(many)} sign-ups a second where one takes ${rate(one)} (${times}), ` +
      `with a mean latency of ${latency(many)} instead of ${latency(one)}; ` +
      `that is ${formatPercent(shareOfRaw(results, many))} of what ${workers} threads hash without any API. ` +
      SOURCE_REPORT_TEXT,
  ];
}

const plainMark = (value: number, unit: string): Mark => ({
  value,
  from: value,
  to: value,
  label: `${value.toLocaleString('en-US')}${unit}`,
});

function comparedChart(pair: Pair, figureOf: typeof perSecondOf, of: 'perSecond' | 'meanMs', unit: string) {
  const mark = (series: Series | undefined) => {
    const { median: value, min, max } = spreadOf(series, figureOf);
    return series && { value, from: min, to: max, label: `${formatNumber(value)}${unit}` };
  };
  const workers = pair.many?.setup.workers ?? 2;
  return {
    kind: 'bars' as const,
    groups: [
      { name: 'one worker', colour: ONE },
      { name: `${workers} workers (source report: 2 instances)`, colour: MANY },
    ],
    rows: [
      { name: 'taskfleet', marks: [mark(pair.one), mark(pair.many)] },
      { name: 'source report', marks: [plainMark(one[of], unit), plainMark(cluster[of], unit)] },
    ],
  };
}

const rateChart = (pair: Pair) =>
  makeRowChart({
    ...comparedChart(pair, perSecondOf, 'perSecond', '/s'),
    title: 'Sign-ups a second',
    description: 'Sign-ups a second of one worker and of many, here and in the source report.',
    axis: 'sign-ups a second (more is better)',
  });

const latencyChart = (pair: Pair) =>
  makeRowChart({
    ...comparedChart(pair, meanOf, 'meanMs', ' ms'),
    title: 'Mean latency of a sign-up',
    description: 'Mean latency in milliseconds of one worker and of many, here and in the source report.',
    axis: 'ms (less is better)',
  });
