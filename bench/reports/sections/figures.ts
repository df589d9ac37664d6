import { FIGURES, type BenchResults, type Figure, type Series } from '../../store/result-types';
import { ONE } from '../charts/colours';
import { makeRowChart } from '../charts/row-chart';
import { formatNumber, formatPercent, formatSpread } from '../format';
import { marksOf } from '../marks';
import { nameOfSetup } from '../names';
import { makeSection } from '../section';
import { p99Of, perSecondOf, spreadOf } from '../select';

const isShare = (figure: Figure): boolean => figure.endsWith('Share');

function formatFigure(series: Series, figure: Figure): string {
  const { median, min, max } = spreadOf(series, ({ figures }) => figures[figure]);
  if (isShare(figure) && Number.isFinite(median)) {
    return min === max
      ? formatPercent(median)
      : `${formatPercent(median)} (${formatPercent(min)}–${formatPercent(max)})`;
  }
  const isWhole = [median, min, max].every(Number.isInteger);
  return isWhole && min === max ? median.toLocaleString('en-US') : formatSpread({ median, min, max });
}

/** What a scenario tells beside throughput and latency: a row for each figure, a column for each setup. */
function figureTable(series: Series[]) {
  const names = (Object.keys(FIGURES) as Figure[]).filter((figure) =>
    series.some(({ runs }) => runs.some(({ figures }) => figures[figure] !== undefined)),
  );
  const title = (one: Series) => [one.part, nameOfSetup(one.setup)].filter(Boolean).join(', ');
  return {
    head: ['', ...series.map((one) => title(one) + marksOf(one))],
    rows: [
      ['requests/s', ...series.map((one) => formatSpread(spreadOf(one, perSecondOf)))],
      ['p99 ms', ...series.map((one) => formatSpread(spreadOf(one, p99Of)))],
      ...names.map((figure) => [FIGURES[figure], ...series.map((one) => formatFigure(one, figure))]),
    ],
  };
}

const sectionOf = (id: string, title: string, scenario: string, text: string) => (results: BenchResults) => {
  const series = results.series.filter((one) => one.scenario === scenario);
  return makeSection({ id, title, text: [text], tables: series.length > 0 ? [figureTable(series)] : [] });
};

export const mixedSection = sectionOf(
  'mixed',
  'Mixed reads and writes',
  'mixed',
  'Reads and writes of the same tasks at once: what the cache is worth while entries keep ending, and whether any answer is older than it may be.',
);

export const reloadSection = sectionOf(
  'reload',
  'Reload under load',
  'reload-under-load',
  'All workers are replaced while requests keep coming.',
);

export const jobSection = sectionOf(
  'jobs',
  'Heavy jobs',
  'heavy-job',
  'A picture is accepted with 202 and made into avatars by the job worker.',
);

const MEMORY = [
  { name: 'before any load', figure: 'idleRssMb' },
  { name: 'after 10,000 requests', figure: 'rss10kMb' },
  { name: 'after all requests', figure: 'rssEndMb' },
] as const;

export function memorySection({ series }: BenchResults) {
  const measured = series.filter(({ scenario }) => scenario === 'memory');
  const memory = (one: Series, figure: Figure) => spreadOf(one, ({ figures }) => figures[figure]);
  const marks = measured.flatMap((one) =>
    MEMORY.flatMap(({ name, figure }) => {
      const { median, min, max } = memory(one, figure);
      const mark = { value: median, from: min, to: max, label: `${formatNumber(median)} MB` };
      return Number.isFinite(median) ? [{ name: `${nameOfSetup(one.setup)} ${name}`, marks: [mark] }] : [];
    }),
  );
  return makeSection({
    id: 'memory',
    title: 'Memory',
    text: ['Resident memory of a worker, and whether it still grows after very many requests.'],
    charts:
      marks.length === 0
        ? []
        : [
            makeRowChart({
              kind: 'bars',
              title: 'Memory of a worker',
              description: 'Resident memory of a worker in megabytes: before, during and after the load.',
              axis: 'MB',
              groups: [{ name: 'memory', colour: ONE }],
              rows: marks,
            }),
          ],
    tables: measured.length > 0 ? [figureTable(measured)] : [],
  });
}
