import type { BenchResults, Series } from '../../store/result-types';
import { makeRowChart, type Mark } from '../charts/row-chart';
import { formatNumber, formatSpread, formatTimes } from '../format';
import { nameOf } from '../names';
import { makeSection } from '../section';
import { middleOf, perSecondOf, spreadOf, throughputPairs } from '../select';
import { groupsOf, nameOfMany, nameOfPair } from './pairs';

/** Pairs with both sides: where one is missing there is nothing to compare. */
const compared = (results: BenchResults) => throughputPairs(results).filter(({ one, many }) => one && many);

/** So many times what one worker does, since the scenarios differ by a factor of hundreds. */
export function makeThroughputChart(results: BenchResults, pairs = compared(results)) {
  const mark = (series: Series | undefined, unit: number): Mark => {
    const { median, min, max } = spreadOf(series, perSecondOf);
    return { value: median / unit, from: min / unit, to: max / unit, label: `${formatNumber(median)}/s` };
  };
  return makeRowChart({
    kind: 'bars',
    title: `Throughput: one worker against ${nameOfMany(results)}`,
    description:
      'Requests a second of each scenario as a multiple of one worker’s, with the range of the rounds.',
    axis: "times one worker's requests/s",
    groups: groupsOf(results),
    rows: pairs.map((pair) => {
      const unit = middleOf(pair.one, perSecondOf);
      return { name: nameOf(pair), marks: [mark(pair.one, unit), mark(pair.many, unit)] };
    }),
  });
}

export function throughputSection(results: BenchResults) {
  const pairs = compared(results);
  return makeSection({
    id: 'throughput',
    title: 'Throughput of each scenario',
    charts: pairs.length > 0 ? [makeThroughputChart(results, pairs)] : [],
    tables: [
      {
        head: ['requests/s', 'one worker', nameOfMany(results), 'ratio'],
        rows: pairs.map((pair) => [
          nameOfPair(pair),
          formatSpread(spreadOf(pair.one, perSecondOf)),
          formatSpread(spreadOf(pair.many, perSecondOf)),
          formatTimes(middleOf(pair.many, perSecondOf) / middleOf(pair.one, perSecondOf)),
        ]),
      },
    ],
  });
}
