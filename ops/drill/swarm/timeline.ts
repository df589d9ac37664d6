import { p99 } from '../../../src/lib/percentile';
import { FONT_SIZE, type Chart } from '../../../tools/report/chart';
import { LINE, MANY, SOFT, THIRD } from '../../../tools/report/colours';
import { formatPage } from '../../../tools/report/html';
import { IN_LOWER, overTime, thinLine } from '../../../tools/report/over-time';
import { isLost, type Mark, type Outcome } from './outcomes';

const BIN_SECONDS = 5;
/** Pixels. */
const RATES = 150;

const series = [
  { name: 'ok', colour: 'var(--good)', is: ({ result }: Outcome) => result === 'ok' },
  { name: 'refused for overload', colour: THIRD, is: ({ result }: Outcome) => result === 'refused' },
  { name: 'failed or unknown', colour: 'var(--bad)', is: isLost },
];

/** Puts outcomes into bins by when they were sent, each named by its middle. */
function bin<T>(
  outcomes: Outcome[],
  last: number,
  figure: (all: Outcome[]) => T,
): [seconds: number, figure: T][] {
  const bins: Outcome[][] = Array.from({ length: Math.ceil(last / BIN_SECONDS) }, () => []);
  for (const outcome of outcomes) bins[Math.floor(outcome.at / BIN_SECONDS)]?.push(outcome);
  return bins.map((all, index) => [(index + 0.5) * BIN_SECONDS, figure(all)]);
}

/** Draws the p99 of reads and the operations a second, with the faults shaded. */
function timeChart(outcomes: Outcome[], marks: Mark[]): Chart {
  const last = Math.ceil(Math.max(1, outcomes.at(-1)?.at ?? 1));
  const reads = outcomes.filter(({ kind, result }) => kind === 'read' && result === 'ok');
  const { height, axes } = overTime(last, { unit: 'operations/s', height: RATES });
  const p99Of = (all: Outcome[]) => (all.length > 0 ? p99(all.map(({ ms }) => ms)) : null);
  const shades = marks.map(({ name, from, to }): [object, object] => [
    {
      xAxis: from,
      name,
      label: {
        show: true,
        position: 'insideTop',
        color: SOFT,
        fontSize: FONT_SIZE - 3,
        rotate: 90,
        align: 'right',
      },
    },
    { xAxis: to },
  ]);
  return {
    title: 'p99 of reads, and operations a second by their result; faults and changes are shaded',
    height,
    legend: [{ name: 'p99 of reads', colour: MANY }, ...series.map(({ name, colour }) => ({ name, colour }))],
    draw: () => ({
      ...axes,
      series: [
        {
          ...thinLine(bin(reads, last, p99Of), MANY),
          markArea: { silent: true, itemStyle: { color: LINE, opacity: 0.5 }, data: shades },
        },
        ...series.map(({ colour, is }) => ({
          ...thinLine(
            bin(outcomes.filter(is), last, (all) => all.length / BIN_SECONDS),
            colour,
          ),
          ...IN_LOWER,
        })),
      ],
    }),
  };
}

export interface Row {
  what: string;
  measured: string;
  aim: string;
  holds: boolean;
}

/** Formats the figures and the timeline as one page that needs no other file. */
export const formatTimeline = (rows: Row[], outcomes: Outcome[], marks: Mark[], subject: string): string =>
  formatPage({
    title: 'taskfleet: drill of a Swarm',
    subject,
    sections: [
      {
        id: 'figures',
        title: 'Promises',
        text: [],
        charts: [],
        tables: [
          {
            head: ['', 'measured', 'aim', ''],
            rows: rows.map(({ what, measured, aim, holds }) => [
              what,
              measured,
              aim,
              holds ? 'reached' : 'not reached',
            ]),
          },
        ],
        notes: [],
      },
      {
        id: 'timeline',
        title: 'Timeline',
        text: [],
        charts: [timeChart(outcomes, marks)],
        tables: [
          {
            head: ['', 'from second', 'to second'],
            rows: marks.map(({ name, from, to }) => [name, from.toFixed(0), to.toFixed(0)]),
          },
        ],
        notes: [],
      },
    ],
  });
