import { MANY, ONE } from '../../../tools/report/colours';
import { spread } from '../../figures/statistics';
import type { BenchResults } from '../../store/result-types';
import { makeRowChart } from '../charts/row-chart';
import { markOf } from '../faults';
import { formatNumber, formatPercent, formatSpread } from '../format';
import { nameOfRaw, nameOfSetup } from '../names';
import { meanOf, p99Of, pairOf, shareOfRaw } from '../select';
import { barOf, inMs, makeSection, middleCell, perSecond, RATE } from './section';

/** POST /users/signup by `ab -c 10 -n 100` in the report with which this project began. */
const SOURCE_REPORT = [
  { name: '1 instance', perSecond: 6, meanMs: 1_480 },
  { name: '2 instances', perSecond: 12, meanMs: 702 },
];

/** Repeats the source report's experiment. */
export function signUpSection(results: BenchResults) {
  const { one, many } = pairOf(results, 'sign-up');
  const series = results.series.filter(
    ({ scenario, part, setup }) => scenario === 'sign-up' && !part && setup.cache && !setup.quotaCores,
  );
  if (series.length === 0) return undefined;
  const chart = (
    title: string,
    figure: 'perSecond' | 'meanMs',
    axis: string,
    format: (value: number) => string,
  ) =>
    makeRowChart({
      kind: 'bars',
      title,
      axis,
      groups: [
        { name: 'one worker', colour: ONE },
        { name: `${many?.setup.workers ?? 2} workers (source report: 2 instances)`, colour: MANY },
      ],
      rows: [
        { name: 'taskfleet', marks: [one, many].map((side) => barOf(side, (run) => run[figure], format)) },
        {
          name: 'source report',
          marks: SOURCE_REPORT.map(({ [figure]: value }) => ({
            ...{ value, from: value, to: value },
            label: format(value),
          })),
        },
      ],
    });
  return makeSection({
    id: 'sign-ups',
    title: 'Sign-ups',
    charts: [
      ...chart('Sign-ups/s', 'perSecond', 'sign-ups/s (more is better)', perSecond),
      ...chart('Mean latency of a sign-up', 'meanMs', 'ms (less is better)', inMs),
    ],
    tables: [
      {
        head: ['', 'sign-ups/s', 'mean ms', 'p99 ms', 'of bcrypt'],
        rows: [
          ...series.map((one) => [
            nameOfSetup(one.setup) + markOf(one),
            RATE[1](one),
            middleCell(meanOf)(one),
            middleCell(p99Of)(one),
            formatPercent(shareOfRaw(results, one)),
          ]),
          ...results.raw
            .filter(({ name }) => name === 'hash')
            .map((limit) => [
              nameOfRaw(limit) + markOf(limit),
              formatSpread(spread(limit.perSecond)),
              ...['', '', '100 %'],
            ]),
          ...SOURCE_REPORT.map(({ name, perSecond, meanMs }) => [
            `source report, ${name}`,
            ...[String(perSecond), formatNumber(meanMs), '', ''],
          ]),
        ],
      },
    ],
    notes: [
      '"of bcrypt": share of what as many hash threads hash without HTTP and database, at cost ' +
        `${results.machine.bcryptCost}.`,
    ],
  });
}
