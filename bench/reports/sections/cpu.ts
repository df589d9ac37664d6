import { GREY, partColour } from '../../../tools/report/colours';
import { LOAD_GENERATOR } from '../../figures/cpu-time';
import { median, sum } from '../../figures/statistics';
import type { BenchResults, Series } from '../../store/result-types';
import { makeStackChart } from '../charts/stack-chart';
import { markOf } from '../faults';
import { formatNumber } from '../format';
import { nameOf } from '../names';
import { throughputPairs } from '../select';
import { makeSection, makeTable, type Column } from './section';

/** Microseconds; a request with more hashes or computes, and is drawn in a chart of its own. */
const HEAVY = 10_000;
const COLUMNS = {
  'API loop': 'API, event loop',
  threads: 'API, hash and other threads',
  NGINX: 'NGINX',
  Redis: 'Redis',
  MongoDB: 'MongoDB',
};

const roundsOf = ({ runs }: Series) =>
  runs.flatMap(({ cpuMicrosPerRequest: micros }) => (micros ? [micros] : []));
const microsOf = (series: Series, group: string): number =>
  median(roundsOf(series).map((micros) => micros[group] ?? 0));

/** Shows where the CPU time of a request goes. */
export function cpuSection(results: BenchResults) {
  const series = throughputPairs(results)
    .flatMap(({ one, many }) => many ?? one ?? [])
    .filter((one) => roundsOf(one).length > 0);
  const names = new Set(series.flatMap((one) => roundsOf(one).flatMap((micros) => Object.keys(micros))));
  const groups = [...names].filter((group) => group !== LOAD_GENERATOR);
  const total = (one: Series) => sum(groups.map((group) => microsOf(one, group)));
  const chart = (title: string, isShown: (micros: number) => boolean, unit: number, axis: string) =>
    makeStackChart({
      title,
      axis,
      parts: [
        ...groups.map((name, index) => ({ name, colour: partColour(index) })),
        { name: `${LOAD_GENERATOR} (not in the sum)`, colour: GREY },
      ],
      rows: series
        .filter((one) => isShown(total(one)))
        .map((one) => ({
          name: nameOf(one),
          values: [...groups, LOAD_GENERATOR].map((group) => microsOf(one, group) / unit),
          label: formatNumber(total(one) / unit),
        })),
    });
  return makeSection({
    id: 'cpu',
    title: 'CPU time of a request',
    charts: [
      ...chart('CPU time of a request', (micros) => micros < HEAVY, 1, 'microseconds a request'),
      ...chart(
        'CPU time of a request that hashes or computes',
        (micros) => micros >= HEAVY,
        1_000,
        'milliseconds a request',
      ),
    ],
    tables: [
      makeTable(series, [
        ['µs a request', (one) => `${nameOf(one)}, ${one.setup.workers}${markOf(one)}`],
        ...Object.entries(COLUMNS).map(([head, group]): Column<Series> => [
          head,
          (one) => formatNumber(microsOf(one, group)),
        ]),
        ['sum', (one) => formatNumber(total(one))],
      ]),
    ],
    notes: [
      `The number after each name is the number of workers. The sum is that of ${groups.join('; ')}, without the load generator.`,
    ],
  });
}
