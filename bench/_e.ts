import * as echarts from 'echarts';
const c = echarts.init(null, null, { renderer: 'svg', ssr: true, width: 600, height: 300 });
c.setOption({
  animation: false,
  xAxis: { type: 'category', data: ['a', 'b'], axisLabel: { color: 'var(--ink)' } },
  yAxis: {},
  series: [
    { type: 'bar', data: [1, 2], itemStyle: { color: 'var(--c1)' } },
    {
      type: 'custom',
      data: [[0, 1, 3]],
      renderItem: () => ({
        type: 'line',
        shape: { x1: 1, x2: 2, y1: 3, y2: 4 },
        style: { stroke: 'var(--c2)' },
      }),
    },
  ],
});
console.log(c.renderToSVGString());
