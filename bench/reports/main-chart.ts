import type { BenchResults } from '../store/result-types';
import { FONT } from './charts/axes';
import { colourStyle, INK, PAPER } from './charts/colours';
import { renderOption } from './charts/render';
import { makeThroughputChart } from './sections/throughput';
import { clusterSize } from './select';

const WIDTH = 760;
const HEAD = 62;

/** One worker against many in one drawing that stands alone, for the README: it follows light and dark itself. */
export function formatMainChart(results: BenchResults): string {
  const chart = makeThroughputChart(results);
  const { grid, ...option } = chart.draw(WIDTH);
  const { cores, bcryptCost } = results.machine;
  const text = { color: INK, fontFamily: FONT };
  const svg = renderOption(
    {
      ...option,
      backgroundColor: PAPER,
      grid: { ...grid, top: HEAD },
      title: {
        text: `Throughput of ${clusterSize(results)} workers against one, on ${cores} cores (bcrypt cost ${bcryptCost})`,
        left: 12,
        top: 8,
        textStyle: { ...text, fontSize: 15, fontWeight: 600 },
      },
      legend: {
        data: chart.legend.map(({ name }) => name),
        left: 10,
        top: 33,
        itemWidth: 14,
        itemHeight: 12,
        itemGap: 28,
        textStyle: { ...text, fontSize: 12 },
        selectedMode: false,
      },
    },
    chart,
    { id: 'main', width: WIDTH, height: chart.height + HEAD },
  );
  return `${svg.replace('</desc>', `</desc><style>${colourStyle('svg')}</style>`)}\n`;
}
