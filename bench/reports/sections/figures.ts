import { ONE } from '../../../tools/report/colours';
import {
  FIGURES,
  type BenchResults,
  type Figure,
  type ScenarioName,
  type Series,
} from '../../store/result-types';
import { makeRowChart } from '../charts/row-chart';
import { markOf } from '../faults';
import { formatNumber, formatPercent, formatSpread } from '../format';
import { nameOfSetup } from '../names';
import { figureOf, spreadOf } from '../select';
import { barOf, makeSection, P99, RATE } from './section';

/** Scenarios whose figures are the rows of a table. */
const SECTIONS: { id: string; title: string; scenario: ScenarioName; text: string }[] = [
  {
    id: 'mixed',
    title: 'Mixed reads and writes',
    scenario: 'mixed',
    text: 'Reads and writes of the same tasks: how often the cache answers while entries end, and whether an answer is stale.',
  },
  {
    id: 'reload',
    title: 'Reload under load',
    scenario: 'reload-under-load',
    text: 'All workers are replaced while requests come.',
  },
  {
    id: 'jobs',
    title: 'Heavy jobs',
    scenario: 'heavy-job',
    text: 'The API accepts a picture with 202, and the job worker makes avatars of it.',
  },
  {
    id: 'memory',
    title: 'Memory',
    scenario: 'memory',
    text: 'Resident memory of a worker, and whether it still grows after very many requests.',
  },
];
const MEMORY = ['idleRssMb', 'rss10kMb', 'rssEndMb'] as const;

function formatFigure(series: Series, figure: Figure): string {
  const found = spreadOf(series, figureOf(figure));
  if (figure.endsWith('Share')) return formatSpread(found, formatPercent);
  const isCount = Object.values(found).every(Number.isInteger) && found.min === found.max;
  return isCount ? found.median.toLocaleString('en-US') : formatSpread(found);
}

/** A row for each figure and a column for each setup. */
function figureTable(series: Series[]) {
  const figures = (Object.keys(FIGURES) as Figure[]).filter((figure) =>
    series.some(({ runs }) => runs.some((run) => run.figures[figure] !== undefined)),
  );
  const title = (one: Series) => [one.part, nameOfSetup(one.setup)].filter(Boolean).join(', ');
  return {
    head: ['', ...series.map((one) => title(one) + markOf(one))],
    rows: [
      ...[RATE, P99].map(([name, cell]) => [name, ...series.map((one) => cell(one))]),
      ...figures.map((figure) => [FIGURES[figure], ...series.map((one) => formatFigure(one, figure))]),
    ],
  };
}

const memoryChart = (series: Series[]) =>
  makeRowChart({
    kind: 'bars',
    title: 'Memory of a worker',
    axis: 'MB',
    groups: [{ name: 'memory', colour: ONE }],
    rows: series.flatMap((one) =>
      MEMORY.flatMap((figure) => {
        const bar = barOf(one, figureOf(figure), (mb) => `${formatNumber(mb)} MB`);
        return bar ? [{ name: `${nameOfSetup(one.setup)}, ${FIGURES[figure]}`, marks: [bar] }] : [];
      }),
    ),
  });

export const figureSections = SECTIONS.map(({ scenario, text, ...section }) => (results: BenchResults) => {
  const series = results.series.filter((one) => one.scenario === scenario);
  return makeSection({
    ...section,
    text: [text],
    charts: scenario === 'memory' ? memoryChart(series) : [],
    tables: series.length > 0 ? [figureTable(series)] : [],
  });
});
