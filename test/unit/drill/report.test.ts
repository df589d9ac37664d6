import { formatReport } from '../../../ops/drill/overload/report';
import { atMost, info } from '../../../ops/drill/overload/table';
import { makeTimeChart } from '../../../ops/drill/overload/time-chart';
import { sentOf } from './support/sent';

const sent = sentOf({
  read: [
    [0, 2, 200],
    [1_100, 0, 200],
    [3_000, 4, 200],
  ],
  create: [
    [1_000, 12, 201],
    [1_300, 3, 503],
    [1_600, 25_000, 0],
  ],
});
const overload = { begins: 1, ends: 2 };
const chart = makeTimeChart({
  title: 'Creates <and> reads',
  sent,
  reads: ['read'],
  others: ['create'],
  overload,
});

describe('the chart of an overload', () => {
  const { series, xAxis } = chart.draw(720) as {
    series: { data: [number, number | null][] }[];
    xAxis: { min: number; max: number }[];
  };

  it('has one scale of time for latencies and rates, until the last answer', () => {
    expect(xAxis.map(({ min, max }) => [min, max])).toEqual([
      [0, 27],
      [0, 27],
    ]);
  });

  it('draws reads, successes, refusals and failures, and leaves out what did not come', () => {
    expect(chart.legend.map(({ name }) => name)).toEqual(['reads', 'others, done', 'refused', 'failed']);
    const reads = makeTimeChart({ title: '', sent, reads: ['read'], others: [], overload });
    expect(reads.legend.map(({ name }) => name)).toEqual(['reads']);
  });

  it('leaves a gap if nothing was due, and none if an answer took no time', () => {
    const [p99] = series;
    expect(p99!.data.filter(([, ms]) => ms !== null)).toEqual([
      [0.125, 2],
      [1.125, 0.1],
      [3.125, 4],
    ]);
    expect(p99!.data).toHaveLength(13);
  });

  it('counts an answer when it came, not when its request was due', () => {
    const failed = series.at(-1)!.data;
    expect(failed.filter(([, rate]) => rate !== 0)).toEqual([[26.625, 4]]);
  });
});

describe('the report of a drill', () => {
  it('the page of an overload shows the table and the chart of each part, escaped', () => {
    const rows = [info('capacity <', '12/s'), atMost('reads p99', 200, 100), atMost('refusals p99', 20, 50)];
    const page = formatReport(
      [{ name: 'writes', title: 'writes', result: { rows, charts: [chart] } }],
      new Date('2026-11-26T12:34:56Z'),
    );
    expect(page).toContain('2026-11-26 12:34');
    expect(page).toContain('capacity &lt;');
    expect(page).toContain('Creates &lt;and&gt; reads');
    expect(page).toMatch(/200 ms<\/td><td>≤ 100 ms<\/td><td class="bad">not reached/);
    expect(page).toMatch(/20 ms<\/td><td>≤ 50 ms<\/td><td class="good">reached/);
    expect(page.match(/<svg/g)).toHaveLength(2);
  });
});
