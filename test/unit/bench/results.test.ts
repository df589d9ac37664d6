import { createCollected } from '../../../bench/rounds/collected';
import { findFaults } from '../../../bench/reports/faults';
import { setupOf } from '../../../bench/scenarios/setups';
import { SCENARIO_NAMES, type Run } from '../../../bench/store/result-types';
import { buildResults } from './support/results';
import { keptName } from '../../../bench/reports/write';

const run = (errors: Record<string, number> = {}): Run => ({
  perSecond: 100,
  requests: 1_000,
  meanMs: 1,
  p50Ms: 1,
  p90Ms: 1,
  p99Ms: 2,
  maxMs: 3,
  errors,
  figures: {},
});
const load = { connections: 10 };
const [one, cluster] = [setupOf('one', 2), setupOf('cluster', 2)];

describe('what is collected', () => {
  it('puts the rounds of one series together, and keeps parts and setups apart', () => {
    const collected = createCollected();
    for (const setup of [one, cluster, one, cluster])
      collected.addRun({ scenario: 'list', setup, load }, run());
    collected.addRun({ scenario: 'list', part: 'storm', setup: one, load }, run());
    const { series } = collected.results();
    expect(series.map(({ part, setup, runs }) => [part, setup.workers, runs.length])).toEqual([
      [undefined, 1, 2],
      [undefined, 2, 2],
      ['storm', 1, 1],
    ]);
  });

  it('puts the rounds of a raw limit together, and their errors', () => {
    const collected = createCollected();
    collected.addRaw('express', 1, { perSecond: 5, cpuMicrosPerRequest: { NGINX: 9 }, errors: { '500': 1 } });
    collected.addRaw('express', 1, { perSecond: 6, cpuMicrosPerRequest: { NGINX: 8 }, errors: { '500': 2 } });
    collected.addRaw('hash', 1, { perSecond: 7, errors: {} });
    expect(collected.results().raw).toEqual([
      {
        name: 'express',
        unit: 'requests',
        parallel: 1,
        perSecond: [5, 6],
        cpuMicrosPerRequest: [{ NGINX: 9 }, { NGINX: 8 }],
        errors: { '500': 3 },
      },
      { name: 'hash', unit: 'hashes', parallel: 1, perSecond: [7] },
    ]);
  });

  it('lists once what is left out', () => {
    const collected = createCollected();
    collected.skip('no ab');
    collected.skip('no ab');
    expect(collected.results().skipped).toEqual(['no ab']);
  });
});

describe('faults', () => {
  const series = (runs: Run[], part?: string) => [{ scenario: 'mixed', part, setup: cluster, load, runs }];

  it('are none if every answer was expected', () => {
    expect(findFaults({ series: series([run(), run()]), raw: [], curves: [] })).toEqual([]);
  });

  it('name each run, raw limit and point of a curve with errors', () => {
    const point = { workers: 4, perSecond: [1], efficiency: 1, errors: { '502': 1 } };
    const faults = findFaults({
      series: [...series([run(), run({ 'stale answers': 2, '503': 1 })]), ...series([run({ x: 1 })], 'idle')],
      raw: [{ name: 'express', unit: 'requests', parallel: 2, perSecond: [1], errors: { '404': 3 } }],
      curves: [{ scenario: 'list', quotaCores: 0.1, points: [point] }],
    });
    expect(faults.sort()).toEqual([
      'mixed, 2 × 1, round 2: 1 × 503',
      'mixed, 2 × 1, round 2: 2 × stale answers',
      'mixed, idle, 2 × 1, round 1: 1 × x',
      'raw limit express × 2: 3 × 404',
      'scaling of list, 4 workers: 1 × 502',
    ]);
  });
});

describe('kept results', () => {
  const { machine, ...rest } = buildResults();
  const results = { ...rest, machine: { ...machine, cpu: 'Intel(R) Xeon(R) Platinum 8488C CPU @ 2.40GHz' } };
  const name = '2-cores-intel-xeon-platinum-8488c';

  it('have the name of their host, so that a clean and complete run replaces the one before', () => {
    const only = Object.keys(SCENARIO_NAMES).filter((scenario) => scenario !== 'memory');
    const complete = { ...results, options: { ...results.options, only } };
    expect(keptName(complete)).toBe(name);
    expect(keptName({ ...complete, faults: ['list: 1 × 503'] })).toBe(`${name}-2026-01-02`);
  });

  it('have their date as well if only a part was measured', () => {
    expect(keptName(results)).toBe(`${name}-2026-01-02`);
  });
});
