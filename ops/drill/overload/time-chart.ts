import { percentile } from '../../../src/lib/percentile';
import type { Chart } from '../../../tools/report/chart';
import { LINE, MANY, THIRD } from '../../../tools/report/colours';
import { IN_LOWER, overTime, thinLine } from '../../../tools/report/over-time';
import { answersOf, isDone, isRefusal, type Span } from './figures';
import type { Sent } from './protocol';

interface TimeChart {
  title: string;
  sent: Sent;
  /** Kinds that are drawn as reads. */
  reads: string[];
  /** Kinds that are drawn by their outcome. */
  others: string[];
  overload: Span;
}

type Answer = ReturnType<typeof answersOf>[number];

const BIN_SECONDS = 0.25;
const LEAST_MS = 0.1;
const [GOOD, BAD] = ['var(--good)', 'var(--bad)'];
/** Pixels. */
const RATES = 110;

/** Draws latencies over time, with the answers a second below them. */
export function makeTimeChart({ title, sent, reads, others, overload }: TimeChart): Chart {
  const of = (kinds: string[]) => kinds.flatMap((kind) => answersOf(sent, kind));
  const series = [
    { name: 'reads', colour: MANY, answers: of(reads).filter(({ status }) => isDone(status)) },
    {
      name: reads.length > 0 ? 'others, done' : 'done',
      colour: GOOD,
      answers: of(others).filter(({ status }) => isDone(status)),
    },
    { name: 'refused', colour: THIRD, answers: of([...reads, ...others]).filter(isWith(isRefusal)) },
    {
      name: 'failed',
      colour: BAD,
      answers: of([...reads, ...others]).filter(({ status }) => !isDone(status) && !isRefusal(status)),
    },
  ].filter(({ answers }) => answers.length > 0);
  // Both diagrams have the same end: the last answer may come long after the last request.
  const ends = series.flatMap(({ answers }) => answers.map(({ dueS, ms }) => dueS + ms / 1_000));
  const last = Math.ceil(ends.reduce((most, end) => Math.max(most, end), overload.ends));
  const { height, axes } = overTime(last, { unit: 'answers/s', height: RATES });
  const line = (answers: Answer[], share: number, colour: string) => ({
    type: 'line' as const,
    data: latencies(answers, share),
    symbol: 'circle',
    symbolSize: share > 0.5 ? 4 : 0,
    showAllSymbol: true,
    silent: true,
    lineStyle: {
      color: colour,
      width: share > 0.5 ? 2 : 1.2,
      type: share > 0.5 ? ('solid' as const) : ('dotted' as const),
    },
    itemStyle: { color: colour },
  });
  return {
    title: `${title}: latency from the moment each request was due (solid p99, dotted p50), and answers/s; overload from second ${overload.begins} to ${overload.ends}`,
    height,
    legend: series.map(({ name, colour }) => ({ name, colour })),
    draw: () => ({
      ...axes,
      series: [
        ...series.flatMap(({ answers, colour }, index) => [
          { ...line(answers, 0.99, colour), ...(index === 0 && { markArea: shade(overload) }) },
          line(answers, 0.5, colour),
        ]),
        ...series.map(({ answers, colour }) => ({ ...thinLine(rates(answers), colour), ...IN_LOWER })),
      ],
    }),
  };
}

const isWith = (isMeant: (status: number) => boolean) => (answer: Answer) => isMeant(answer.status);

const shade = ({ begins, ends }: Span) => ({
  silent: true,
  itemStyle: { color: LINE, opacity: 0.4 },
  data: [[{ xAxis: begins }, { xAxis: ends }]] as [[{ xAxis: number }, { xAxis: number }]],
});

/** Puts answers into bins from second 0 on, each named by its middle; a bin may be empty. */
function bin(answers: Answer[], secondsOf: (answer: Answer) => number): [seconds: number, ms: number[]][] {
  const bins: number[][] = [];
  for (const answer of answers) {
    const index = Math.floor(secondsOf(answer) / BIN_SECONDS);
    while (bins.length <= index) bins.push([]);
    bins[index]!.push(answer.ms);
  }
  return bins.map((times, index) => [(index + 0.5) * BIN_SECONDS, times]);
}

/** Bins answers by the due time of their requests. An empty bin leaves a gap, since a log scale has no zero. */
const latencies = (answers: Answer[], share: number) =>
  bin(answers, ({ dueS }) => dueS).map(([seconds, times]) => [
    seconds,
    times.length > 0 ? Math.max(LEAST_MS, percentile(times, share)) : null,
  ]);

/** Bins answers by the time at which they came. */
const rates = (answers: Answer[]): [seconds: number, perSecond: number][] =>
  bin(answers, ({ dueS, ms }) => dueS + ms / 1_000).map(([seconds, times]) => [
    seconds,
    times.length / BIN_SECONDS,
  ]);
