import { LOAD_GENERATOR } from '../../figures/cpu-time';
import { median } from '../../figures/statistics';
import type { BenchResults, Series } from '../../store/result-types';
import { GREY, partColour } from '../charts/colours';
import { makeStackChart } from '../charts/stack-chart';
import { formatNumber } from '../format';
import { marksOf } from '../marks';
import { nameOf } from '../names';
import { makeSection } from '../section';
import { throughputPairs } from '../select';

/** Above this many microseconds a request is one that hashes or computes, and is drawn apart. */
const HEAVY = 10_000;

const told = ({ runs }: Series) =>
  runs.map((run) => run.cpuMicrosPerRequest).filter((micros) => micros !== undefined);

const microsOf = (series: Series, group: string): number =>
  median(told(series).map((micros) => micros[group] ?? 0));

/** Where the CPU time of a request goes. */
export function cpuSection(results: BenchResults) {
  const series = throughputPairs(results)
    .map(({ one, many }) => many ?? one)
    .filter((one) => one !== undefined)
    .filter((one) => told(one).length > 0);
  const all = [...new Set(series.flatMap((one) => told(one).flatMap((micros) => Object.keys(micros))))];
  const groups = all.filter((group) => group !== LOAD_GENERATOR);
  const total = (one: Series) => groups.reduce((sum, group) => sum + microsOf(one, group), 0);
  const light = series.filter((one) => total(one) < HEAVY);
  const heavy = series.filter((one) => total(one) >= HEAVY);
  const chart = (title: string, shown: Series[], unit: number, axis: string) =>
    makeStackChart({
      title,
      description:
        'CPU time of each request by process; the load generator is drawn grey and is not in the sum.',
      axis,
      parts: [
        ...groups.map((name, index) => ({ name, colour: partColour(index) })),
        ...(all.includes(LOAD_GENERATOR)
          ? [{ name: `${LOAD_GENERATOR} (not in the sum)`, colour: GREY }]
          : []),
      ],
      rows: shown.map((one) => ({
        name: nameOf(one),
        values: [...groups, LOAD_GENERATOR].map((group) => microsOf(one, group) / unit),
        label: formatNumber(total(one) / unit),
      })),
    });
  const name = (one: Series) => `${nameOf(one)}, ${one.setup.workers}`;
  return makeSection({
    id: 'cpu',
    title: 'CPU time of a request',
    charts: [
      ...(light.length > 0 ? [chart('CPU time of a request', light, 1, 'microseconds a request')] : []),
      ...(heavy.length > 0
        ? [chart('CPU time of a request that hashes or computes', heavy, 1_000, 'milliseconds a request')]
        : []),
    ],
    tables: [
      {
        head: ['µs a request', 'API loop', 'threads', 'NGINX', 'Redis', 'MongoDB', 'sum'],
        rows: series.map((one) => [
          name(one) + marksOf(one),
          ...['API, event loop', 'API, hash and other threads', 'NGINX', 'Redis', 'MongoDB'].map((group) =>
            formatNumber(microsOf(one, group)),
          ),
          formatNumber(total(one)),
        ]),
      },
    ],
    notes: [
      `After each name the number of workers. The sum has every process (${groups.join('; ')}) but the load generator.`,
    ],
  });
}
