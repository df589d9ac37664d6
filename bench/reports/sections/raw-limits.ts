import { median, spread } from '../../figures/statistics';
import type { BenchResults, Series } from '../../store/result-types';
import { RAW_AIMS } from '../aims';
import { makeRowChart, type Mark } from '../charts/row-chart';
import { formatPercent, formatSpread } from '../format';
import { ERRORS } from '../marks';
import { nameOf, nameOfRaw, RAW_NAMES } from '../names';
import { makeSection } from '../section';
import { perSecondOf, rawLimitOf, shareOfRaw, spreadOf, throughputPairs, type Pair } from '../select';
import { groupsOf, nameOfMany, nameOfPair } from './pairs';

const aims: Record<string, number> = RAW_AIMS;

/** How near each scenario comes to the same answer without anything behind it. */
export function rawSection(results: BenchResults) {
  const limited = throughputPairs(results).filter(({ many }) => many && rawLimitOf(results, many));
  const mark = (series: Series | undefined): Mark | undefined => {
    const limit = series && rawLimitOf(results, series);
    if (!limit) return undefined;
    const unit = median(limit.perSecond);
    const { median: value, min, max } = spreadOf(series, perSecondOf);
    return { value: value / unit, from: min / unit, to: max / unit, label: formatPercent(value / unit) };
  };
  const shares = ({ one, many }: Pair) =>
    [one, many].map((series) => formatPercent(shareOfRaw(results, series)));
  return makeSection({
    id: 'raw-limits',
    title: 'Against the raw limits of this machine',
    text: [
      'What an answer costs without authentication, checks, cache and database: the same number of processes ' +
        'behind the same NGINX, or of threads that only hash, measured in turns with the rest.',
    ],
    charts:
      limited.length === 0
        ? []
        : [
            makeRowChart({
              kind: 'bars',
              title: 'Share of the raw limit',
              description: 'Throughput of each scenario as a share of its raw limit, and what is aimed at.',
              axis: 'share of the raw limit, 1 is all of it',
              groups: groupsOf(results),
              rows: limited.map((pair) => ({
                name: nameOf(pair),
                marks: [mark(pair.one), mark(pair.many)],
                aim: aims[pair.scenario],
              })),
            }),
          ],
    tables: [
      {
        head: ['', 'one worker', nameOfMany(results), 'raw limit'],
        rows: limited.map((pair) => {
          const limit = pair.many && rawLimitOf(results, pair.many);
          return [nameOfPair(pair), ...shares(pair), limit ? RAW_NAMES[limit.name] : ''];
        }),
      },
      {
        head: ['raw limit', 'a second', 'unit'],
        rows: results.raw.map((limit) => [
          nameOfRaw(limit) + (Object.keys(limit.errors ?? {}).length > 0 ? ERRORS : ''),
          formatSpread(spread(limit.perSecond)),
          limit.unit,
        ]),
      },
    ],
  });
}
