import { MANY, ONE } from '../../../tools/report/colours';
import { spread } from '../../figures/statistics';
import type { BenchResults, RawLimit, Series } from '../../store/result-types';
import { makeRowChart } from '../charts/row-chart';
import { markOf } from '../faults';
import { formatNumber, formatPercent, formatSpread } from '../format';
import { nameOfRaw, nameOfSetup } from '../names';
import { meanOf, middleOf, p99Of, pairOf, perSecondOf, shareOfRaw, spreadOf } from '../select';
import { barOf, makeSection } from './section';

/** POST /users/signup by `ab -c 10 -n 100` in the report with which this project began. */
const SOURCE_REPORT = {
  one: { perSecond: 6, meanMs: 1_480 },
  many: { perSecond: 12, meanMs: 702 },
};

/** Repeats the source report's experiment. */
export function signUpSection(results: BenchResults) {
  const { one, many } = pairOf(results, 'sign-up');
  const series = results.series.filter(
    ({ scenario, part, setup }) => scenario === 'sign-up' && !part && setup.cache && !setup.quotaCores,
  );
  const hashes = results.raw.filter(({ name }) => name === 'hash');
  const chart = (
    title: string,
    figure: 'perSecond' | 'meanMs',
    axis: string,
    format: (value: number) => string,
  ) => {
    const source = (side: keyof typeof SOURCE_REPORT) => {
      const value = SOURCE_REPORT[side][figure];
      return { value, from: value, to: value, label: format(value) };
    };
    const own = (side?: Series) => barOf(side, (run) => run[figure], format);
    return makeRowChart({
      kind: 'bars',
      title,
      axis,
      groups: [
        { name: 'one worker', colour: ONE },
        { name: `${many?.setup.workers ?? 2} workers (source report: 2 instances)`, colour: MANY },
      ],
      rows: [
        { name: 'taskfleet', marks: [own(one), own(many)] },
        { name: 'source report', marks: [source('one'), source('many')] },
      ],
    });
  };
  const limitRow = (limit: RawLimit) => [
    nameOfRaw(limit) + markOf(limit),
    formatSpread(spread(limit.perSecond)),
    '',
    '',
    '100 %',
  ];
  const sourceRow = (name: string, { perSecond, meanMs }: typeof SOURCE_REPORT.one) => [
    `source report, ${name}`,
    String(perSecond),
    formatNumber(meanMs),
    '',
    '',
  ];
  const rows = [
    ...series.map((one) => [
      nameOfSetup(one.setup) + markOf(one),
      formatSpread(spreadOf(one, perSecondOf)),
      formatNumber(middleOf(one, meanOf)),
      formatNumber(middleOf(one, p99Of)),
      formatPercent(shareOfRaw(results, one)),
    ]),
    ...hashes.map(limitRow),
    sourceRow('1 instance', SOURCE_REPORT.one),
    sourceRow('2 instances', SOURCE_REPORT.many),
  ];
  return makeSection({
    id: 'sign-ups',
    title: 'Sign-ups',
    charts:
      series.length === 0
        ? []
        : [
            ...chart(
              'Sign-ups/s',
              'perSecond',
              'sign-ups/s (more is better)',
              (rate) => `${formatNumber(rate)}/s`,
            ),
            ...chart(
              'Mean latency of a sign-up',
              'meanMs',
              'ms (less is better)',
              (ms) => `${formatNumber(ms)} ms`,
            ),
          ],
    tables: [
      { head: ['', 'sign-ups/s', 'mean ms', 'p99 ms', 'of bcrypt'], rows: series.length === 0 ? [] : rows },
    ],
    notes: [
      '"of bcrypt": share of what as many hash threads hash without HTTP and database, at cost ' +
        `${results.machine.bcryptCost}.`,
    ],
  });
}
