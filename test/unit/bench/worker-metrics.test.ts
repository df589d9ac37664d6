import { parseMetrics } from '../../../bench/worker-metrics';

describe("workers' metrics", () => {
  it('are read from the text format, without its comments', () => {
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
});
