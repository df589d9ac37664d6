import { isDeepStrictEqual } from 'node:util';
import type { BenchResults, Series } from '../../store/result-types';
import { MANY, ONE } from '../charts/colours';
import { makeRowChart } from '../charts/row-chart';
import { formatNumber, formatSpread, formatTimes } from '../format';
import { marksOf } from '../marks';
import { nameOf, nameOfSetup } from '../names';
import { makeSection } from '../section';
import { middleOf, p99Of, perSecondOf, spreadOf } from '../select';

/** Measured apart: what is read without the cache there has a name of its own. */
const CACHED: Record<string, string> = { 'uncached-read': 'cached-read' };

/** The same with the cache and without. */
export function cacheSection({ series }: BenchResults) {
  const pairs = series
    .filter(({ setup }) => !setup.cache)
    .flatMap((without) => {
      const setup = { ...without.setup, cache: true };
      const scenario = CACHED[without.scenario] ?? without.scenario;
      const is = (one: Series) =>
        one.scenario === scenario && one.part === without.part && isDeepStrictEqual(one.setup, setup);
      const cached = series.find(is);
      return cached ? [{ without, cached, name: `${nameOf(cached)}, ${nameOfSetup(setup)}` }] : [];
    });
  const mark = (one: Series, unit: number) => {
    const { median, min, max } = spreadOf(one, perSecondOf);
    return { value: median / unit, from: min / unit, to: max / unit, label: `${formatNumber(median)}/s` };
  };
  return makeSection({
    id: 'cache',
    title: 'With the cache and without',
    charts:
      pairs.length === 0
        ? []
        : [
            makeRowChart({
              kind: 'bars',
              title: 'Throughput with the cache and without',
              description: 'Requests a second with Redis, as a multiple of those without.',
              axis: 'times the requests/s without the cache',
              groups: [
                { name: 'without the cache', colour: ONE },
                { name: 'with the cache', colour: MANY },
              ],
              rows: pairs.map(({ name, without, cached }) => {
                const unit = middleOf(without, perSecondOf);
                return { name, marks: [mark(without, unit), mark(cached, unit)] };
              }),
            }),
          ],
    tables: [
      {
        head: ['', 'requests/s', 'p99 ms', 'ratio'],
        rows: pairs.flatMap(({ name, without, cached }) =>
          [without, cached].map((one) => [
            `${name}${one === cached ? '' : ', without'}${marksOf(one)}`,
            formatSpread(spreadOf(one, perSecondOf)),
            formatSpread(spreadOf(one, p99Of)),
            formatTimes(middleOf(one, perSecondOf) / middleOf(without, perSecondOf)),
          ]),
        ),
      },
    ],
  });
}
