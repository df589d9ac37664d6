import type { BenchResults, Series } from '../../store/result-types';
import { isDisturbed } from '../disturbance';
import { formatNumber, formatSpread } from '../format';
import { marksOf } from '../marks';
import { nameOf, nameOfSetup } from '../names';
import { makeSection } from '../section';
import { meanOf, middleOf, p50Of, p99Of, perSecondOf, spreadOf } from '../select';

const row = (series: Series): string[] => [
  `${nameOf(series)}, ${nameOfSetup(series.setup)}${marksOf(series)}`,
  'connections' in series.load ? `${series.load.connections} conn.` : `${series.load.perSecond}/s`,
  formatSpread(spreadOf(series, perSecondOf)),
  formatSpread(spreadOf(series, meanOf)),
  formatNumber(middleOf(series, p50Of)),
  formatNumber(middleOf(series, ({ p90Ms }) => p90Ms)),
  formatSpread(spreadOf(series, p99Of)),
  formatNumber(middleOf(series, ({ maxMs }) => maxMs)),
  isDisturbed(series) ? 'yes' : 'no',
];

export const allFiguresSection = ({ series }: BenchResults) =>
  makeSection({
    id: 'all-figures',
    title: 'All figures',
    tables: [
      {
        head: ['', 'load', 'requests/s', 'mean ms', 'p50 ms', 'p90 ms', 'p99 ms', 'max ms', 'disturbed'],
        rows: series.map(row),
      },
    ],
    notes: ['"conn.": so many connections, each as fast as answers come; "/s": a held rate.'],
    detailed: true,
  });
