import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseMetrics, readWorkerMetrics } from '../../../bench/figures/worker-metrics';

describe("workers' metrics", () => {
  it('are parsed from the text format, without its comments', () => {
    const text = [
      '# HELP taskfleet_mongo_commands_total Commands',
      '# TYPE taskfleet_mongo_commands_total counter',
      'taskfleet_mongo_commands_total{command="find"} 12',
      'taskfleet_cache_total{class="task",result="hit"} 3.5e+2 1700000000000',
      'process_resident_memory_bytes 1048576',
      '',
    ].join('\n');
    expect(parseMetrics(text)).toEqual([
      { name: 'taskfleet_mongo_commands_total', labels: { command: 'find' }, value: 12 },
      { name: 'taskfleet_cache_total', labels: { class: 'task', result: 'hit' }, value: 350 },
      { name: 'process_resident_memory_bytes', labels: {}, value: 1_048_576 },
    ]);
  });

  it('may have braces and quotes in a label', () => {
    const [sample] = parseMetrics('http_total{route="/a/{id}",name="say \\"x\\""} 1');
    expect(sample).toMatchObject({ labels: { route: '/a/{id}', name: 'say \\"x\\"' }, value: 1 });
  });

  describe('of several workers', () => {
    const servers: http.Server[] = [];
    const portOf = async (status: number, text: string) => {
      const server = http.createServer((_request, response) => response.writeHead(status).end(text));
      servers.push(server);
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return (server.address() as AddressInfo).port;
    };
    const counting = (command: string, count: number) =>
      portOf(
        200,
        `taskfleet_mongo_commands_total{command="${command}"} ${count}\nprocess_resident_memory_bytes 7\n`,
      );
    const { signal } = new AbortController();
    afterEach(() => {
      servers.splice(0).forEach((server) => {
        server.closeAllConnections();
        server.close();
      });
    });

    it('are added up, counting reads only', async () => {
      const ports = [await counting('find', 3), await counting('aggregate', 4), await counting('update', 50)];
      const metrics = await readWorkerMetrics(ports, signal);
      expect(metrics?.mongoReads()).toBe(7);
      expect(metrics?.residentBytes()).toBe(21);
    });

    it('are undefined if one of them exposes none', async () => {
      const ports = [await counting('find', 3), await portOf(404, '{}')];
      expect(await readWorkerMetrics(ports, signal)).toBeUndefined();
    });
  });
});
