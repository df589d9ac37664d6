import type { BenchResults, Series } from '../../store/result-types';
import { MANY } from '../charts/colours';
import { makeRowChart } from '../charts/row-chart';
import { formatNumber, formatSpread, formatTimes } from '../format';
import { marksOf } from '../marks';
import { count } from '../names';
import { makeSection } from '../section';
import { middleOf, p50Of, p99Of, perSecondOf, spreadOf } from '../select';

/** What reads feel while passwords are hashed. */
export function stormSection({ series }: BenchResults) {
  const parts = series.filter(({ scenario }) => scenario === 'reads-in-storm');
  const idleOf = ({ setup }: Series) =>
    middleOf(
      parts.find((one) => one.part === 'idle' && one.setup.workers === setup.workers),
      p99Of,
    );
  const rate = middleOf(parts[0], perSecondOf);
  const name = ({ part, setup }: Series) => `${part ?? ''}, ${count(setup.workers, 'worker')}`;
  return makeSection({
    id: 'storm',
    title: 'Reads while people sign up',
    text: [
      `Cached reads at a held rate of ${formatNumber(rate)}/s: nobody else, then with as many sign-ups as the hash ` +
        'threads can take, then the same with passwords hashed on the event loop, as many APIs do.',
    ],
    charts:
      parts.length === 0
        ? []
        : [
            makeRowChart({
              kind: 'ranges',
              logarithmic: true,
              title: 'Latency of reads, from p50 to p99',
              description: 'Median and 99th percentile of cached reads, idle and while people sign up.',
              axis: 'ms, by tens: from p50 (hollow) to p99 (full)',
              groups: [{ name: 'cached reads', colour: MANY }],
              rows: parts.map((one) => {
                const [from, to] = [middleOf(one, p50Of), middleOf(one, p99Of)];
                const label = `${formatNumber(from)} – ${formatNumber(to)}`;
                return { name: name(one), marks: [{ value: from, from, to, label }] };
              }),
            }),
          ],
    tables: [
      {
        head: ['', 'p50 ms', 'p99 ms', 'ratio', 'sign-ups/s'],
        rows: parts.map((one) => [
          name(one) + marksOf(one),
          formatNumber(middleOf(one, p50Of)),
          formatSpread(spreadOf(one, p99Of)),
          formatTimes(middleOf(one, p99Of) / idleOf(one)),
          formatNumber(middleOf(one, ({ figures }) => figures.signUpsPerSecond)),
        ]),
      },
    ],
    notes: [
      '"ratio": of the p99 to the idle one of as many workers.',
      'Latency counts from the moment at which a request was due: a stall can hide nothing.',
    ],
  });
}
