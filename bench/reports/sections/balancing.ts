import type { BenchResults, Series } from '../../store/result-types';
import { MANY, THIRD } from '../charts/colours';
import { makeRowChart } from '../charts/row-chart';
import { formatNumber, formatPercent, formatSpread } from '../format';
import { marksOf } from '../marks';
import { nameOfBalancing } from '../names';
import { makeSection } from '../section';
import { middleOf, p50Of, p99Of, perSecondOf, spreadOf } from '../select';

const slowedShareOf = ({ figures }: Series['runs'][number]) => figures.slowedShare;

const nameOfRow = ({ setup, part }: Series): string =>
  [nameOfBalancing(setup.balancing), part].filter(Boolean).join(', ');

/** How NGINX spreads requests when one worker has a tenth of a core. */
export function balancingSection({ series }: BenchResults) {
  const slowed = series.filter(({ setup }) => setup.slowedWorker !== undefined);
  const chart = (
    title: string,
    axis: string,
    colour: string,
    figureOf: typeof p99Of,
    format: (value: number) => string,
  ) =>
    makeRowChart({
      kind: 'bars',
      title,
      description: `${title}, for each way of balancing.`,
      axis,
      groups: [{ name: title, colour }],
      rows: slowed.map((one) => {
        const { median, min, max } = spreadOf(one, figureOf);
        const mark = { value: median, from: min, to: max, label: format(median) };
        return {
          name: nameOfRow(one),
          marks: [Number.isFinite(median) ? mark : undefined],
        };
      }),
    });
  return makeSection({
    id: 'balancing',
    title: 'Balancing with one slowed worker',
    text: ['One of the workers is held to a tenth of a core: what share of the requests still goes to it?'],
    charts:
      slowed.length === 0
        ? []
        : [
            chart(
              'Share of the requests that the slowed worker gets',
              'share, 1 is all of them',
              THIRD,
              slowedShareOf,
              formatPercent,
            ),
            chart(
              'p99 latency with one slowed worker',
              'ms (less is better)',
              MANY,
              p99Of,
              (ms) => `${formatNumber(ms)} ms`,
            ),
          ],
    tables: [
      {
        head: ['', 'its share', 'requests/s', 'p50 ms', 'p99 ms'],
        rows: slowed.map((one) => [
          nameOfRow(one) + marksOf(one),
          formatPercent(middleOf(one, slowedShareOf)),
          formatSpread(spreadOf(one, perSecondOf)),
          formatNumber(middleOf(one, p50Of)),
          formatSpread(spreadOf(one, p99Of)),
        ]),
      },
    ],
  });
}
