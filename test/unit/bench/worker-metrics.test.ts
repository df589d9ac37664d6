import { readWorkerMetrics } from '../../../bench/figures/worker-metrics';
import { serve } from '../../support/serve';

const { signal } = new AbortController();
const doorOf = async (status: number, text: string) =>
  `http://127.0.0.1:${(await serve((_request, response) => response.writeHead(status).end(text))).port}`;
const counting = (...counts: [command: string, count: number][]) =>
  doorOf(
    200,
    [
      '# TYPE taskfleet_mongo_commands_total counter',
      ...counts.map(
        ([command, count]) => `taskfleet_mongo_commands_total{command="${command}",worker="{0}"} ${count}`,
      ),
      'taskfleet_cache_total{class="task",event="hit",worker="{0}"} 5 1700000000000',
      'process_resident_memory_bytes{worker="{0}"} 3.5e+2 1700000000000',
      '',
    ].join('\n'),
  );

describe("workers' metrics", () => {
  it('are added up, counting reads only', async () => {
    const doors = [await counting(['find', 3], ['update', 50]), await counting(['aggregate', 4])];
    const metrics = await readWorkerMetrics(doors, signal);
    expect(metrics?.mongoReads()).toBe(7);
    expect(metrics?.residentBytes()).toBe(700);
  });

  it('are undefined if one of them exposes none', async () => {
    const doors = [await counting(['find', 3]), await doorOf(404, '{}')];
    expect(await readWorkerMetrics(doors, signal)).toBeUndefined();
  });
});
