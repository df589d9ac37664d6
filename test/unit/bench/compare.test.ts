import { runCompare } from '../../../bench/commands/compare-command';
import { chanceOfApart, compareRounds } from '../../../bench/compare/change';
import { compareResults } from '../../../bench/compare/compare-results';
import type { BenchResults } from '../../../bench/store/result-types';
import { capture, useResultFolder } from './support/captured';
import { buildResults, seriesOf } from './support/results';

const { save } = useResultFolder();

/** Returns the same bench on a machine that is `factor` times as fast. */
function speedUp(results: BenchResults, factor: number): BenchResults {
  for (const limit of results.raw) limit.perSecond = limit.perSecond.map((rate) => rate * factor);
  for (const run of results.series.flatMap(({ runs }) => runs)) {
    run.perSecond *= factor;
    run.p99Ms /= factor;
    for (const [name, micros] of Object.entries(run.cpuMicrosPerRequest ?? {})) {
      run.cpuMicrosPerRequest = { ...run.cpuMicrosPerRequest, [name]: micros / factor };
    }
  }
  return results;
}

function slowed(scenario: string, factor: number): BenchResults {
  const results = buildResults();
  for (const run of seriesOf(results, scenario).runs) run.perSecond *= factor;
  return results;
}

const verdicts = (before: BenchResults, after: BenchResults) =>
  compareResults(before, after)
    .series.flatMap(({ name, figures }) =>
      figures.map(({ figure, judged }) => `${name}: ${figure} ${judged?.verdict}`),
    )
    .filter((text) => !text.endsWith('same'));

describe('a change', () => {
  it('counts if the ranges lie apart and it is more than 5 %', () => {
    expect(compareRounds([10, 11, 12], [13, 14, 15], true).verdict).toBe('better');
    expect(compareRounds([10, 11, 12], [13, 14, 15], false).verdict).toBe('worse');
    expect(compareRounds([10, 11, 12], [7, 8, 9], true).verdict).toBe('worse');
    expect(compareRounds([10, 11, 13], [12.9, 14, 15], true).verdict).toBe('same');
    expect(compareRounds([100, 101, 102], [103, 104, 105], true).verdict).toBe('same');
  });

  it('cannot be judged from two rounds', () => {
    expect(compareRounds([10, 11], [20, 21, 22], true)).toMatchObject({ from: 10.5, to: 21, share: 1 });
    expect(compareRounds([10, 11], [20, 21, 22], true).verdict).toBeUndefined();
  });

  it('comes by chance as often as the number of orders of the rounds implies', () => {
    expect(chanceOfApart(3, 3)).toBeCloseTo(0.1);
    expect(chanceOfApart(5, 5)).toBeCloseTo(2 / 252);
  });
});

describe('two results', () => {
  it('are the same if nothing changed, or only the machine became faster', () => {
    expect(verdicts(buildResults(), buildResults())).toEqual([]);
    expect(verdicts(buildResults(), speedUp(buildResults(), 1.5))).toEqual([]);
  });

  it('differ if one scenario became slower', () => {
    expect(verdicts(buildResults(), slowed('create', 0.8))).toEqual([
      'create, 2 workers, 10 connections: requests/s worse',
    ]);
    expect(verdicts(slowed('create', 0.8), buildResults())).toEqual([
      'create, 2 workers, 10 connections: requests/s better',
    ]);
  });

  it('are judged without raw limits only on the same machine', () => {
    const bare = (results: BenchResults) => ({ ...results, raw: [] });
    const elsewhere = bare(slowed('create', 0.8));
    elsewhere.machine = { ...elsewhere.machine, cpu: 'Another Processor' };
    expect(verdicts(bare(buildResults()), bare(slowed('create', 0.8)))).toHaveLength(1);
    const figures = compareResults(bare(buildResults()), elsewhere).series.flatMap((one) => one.figures);
    expect(figures.filter(({ judged }) => judged)).toEqual([]);
  });

  it('leave out the throughput of a fixed rate', () => {
    const { series } = compareResults(buildResults(), buildResults());
    const storm = series.find(({ name }) => name.startsWith('reads in a storm: storm, 2 workers at 200/s'))!;
    expect(storm.figures.map(({ figure }) => figure)).toEqual(['p99 ms']);
  });
});

describe('the command', () => {
  const before = save('before.json', buildResults());

  it('lists what is worse, and exits with 1', () => {
    const { status, out } = capture(() => runCompare([before, save('slow.json', slowed('create', 0.8))]));
    expect(status).toBe(1);
    expect(out).toMatch(/^\| requests\/s \| +1,010 \| +808 \| −20\.0 % \| +−20\.0 % \| worse \|$/m);
    expect(out).toContain('create, 2 workers, 10 connections: requests/s −20.0 %');
    expect(out).toContain('lie apart 10.0 % of the time');
  });

  it('exits with 0 if nothing is worse', () => {
    const { status, out } = capture(() => runCompare([before, save('fast.json', slowed('create', 1.3))]));
    expect(status).toBe(0);
    expect(out).toContain('Better beyond the noise:');
    expect(out).toContain('Nothing is worse beyond the noise.');
  });

  it('reports different machines, figures with errors, and series that only one result has', () => {
    const other = buildResults({ faults: ['create, 2 × 1, round 1: 3 × 503'] });
    seriesOf(other, 'create').runs[0]!.errors = { '503': 3 };
    other.machine.cpu = 'Another Processor';
    other.series = other.series.filter(({ scenario }) => scenario !== 'mixed');
    const { out } = capture(() => runCompare([before, save('other.json', other)]));
    expect(out).toContain('Different machines');
    expect(out).toContain('after: Errors occurred; do not rely on: create, 2 workers.');
    expect(out).toMatch(/Only before:\n {2}mixed, 1 worker, 10 connections\n {2}mixed, 2 workers/);
  });

  it.each([
    ['a missing file', () => [before, '/nowhere/results.json'], 'There is no /nowhere/results.json.'],
    ['an earlier format', () => [save('early.json', { startedAt: 'x' }), before], 'no result of the bench'],
    [
      'a later format',
      () => [before, save('later.json', { format: 3 })],
      'a result of format 3; format 2 is needed',
    ],
    ['half a file', () => [before, save('half.json', { format: 2, raw: [] })], 'is incomplete'],
    ['no JSON', () => [before, save('broken.json', '{')], 'is no valid JSON'],
    ['one file', () => [before], 'Two results are needed.'],
    [
      'nothing in common',
      () => [before, save('empty.json', buildResults({ raw: [], series: [] }))],
      'nothing in common',
    ],
  ])('refuses %s', (_what, args, text) => {
    const { status, err, out } = capture(() => runCompare(args()));
    expect({ status, out }).toEqual({ status: 2, out: '' });
    expect(err).toContain(text);
    expect(err).toContain('npx taskfleet bench compare BEFORE.json AFTER.json');
  });
});
