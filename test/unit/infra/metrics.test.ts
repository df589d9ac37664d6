import { createMetrics, mergedText } from '../../../src/infra/metrics';

describe('the metrics of several processes', () => {
  it('do not mix if two hosts use the same name', async () => {
    const hosts = ['web-1', 'web-2'].map((host, index) => {
      const metrics = createMetrics({ host, worker: 'api-0' });
      metrics.counter('served_total', 'Requests', ['route'])('/tasks')(index + 1);
      return metrics;
    });
    const text = await mergedText(await Promise.all(hosts.map(({ json }) => json())));
    expect(text.match(/^served_total.*$/gm)).toEqual([
      'served_total{route="/tasks",host="web-1",worker="api-0"} 1',
      'served_total{route="/tasks",host="web-2",worker="api-0"} 2',
    ]);
  });
});
