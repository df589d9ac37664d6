import type { BenchResults, Series } from '../../store/result-types';
import { makeRowChart, type Mark } from '../charts/row-chart';
import { formatNumber, formatSpread } from '../format';
import { nameOf } from '../names';
import { makeSection } from '../section';
import { middleOf, p50Of, p99Of, spreadOf, throughputPairs } from '../select';
import { groupsOf, nameOfMany, nameOfPair } from './pairs';

export function latencySection(results: BenchResults) {
  const pairs = throughputPairs(results);
  const mark = (series: Series | undefined): Mark | undefined => {
    if (!series) return undefined;
    const [from, to] = [middleOf(series, p50Of), middleOf(series, p99Of)];
    return { value: from, from, to, label: `${formatNumber(from)} – ${formatNumber(to)}` };
  };
  const cells = (series: Series | undefined) => [
    formatNumber(middleOf(series, p50Of)),
    formatSpread(spreadOf(series, p99Of)),
  ];
  return makeSection({
    id: 'latency',
    title: 'Latency',
    charts:
      pairs.length === 0
        ? []
        : [
            makeRowChart({
              kind: 'ranges',
              logarithmic: true,
              title: 'Latency, from p50 to p99',
              description: 'Median and 99th percentile of the latency of each scenario in milliseconds.',
              axis: 'ms, by tens: from p50 (hollow) to p99 (full)',
              groups: groupsOf(results),
              rows: pairs.map((pair) => ({ name: nameOf(pair), marks: [mark(pair.one), mark(pair.many)] })),
            }),
          ],
    tables: [
      {
        head: ['ms', 'one: p50', 'p99', 'many: p50', 'p99'],
        rows: pairs.map((pair) => [nameOfPair(pair), ...cells(pair.one), ...cells(pair.many)]),
      },
    ],
    notes: [
      `"one": one worker, "many": ${nameOfMany(results)}. The load generator sends as fast as answers come, ` +
        'so latency is the time in the queue as well.',
    ],
  });
}
