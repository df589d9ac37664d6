import { parseOptions } from '../../../bench/commands/options';
import { formatScenarioList } from '../../../bench/commands/scenario-list';
import { planRound } from '../../../bench/rounds/schedule';
import { setupKey, setupOf, setupsOf } from '../../../bench/rounds/setups';
import { extras, scenarios } from '../../../bench/scenarios';

const CLUSTER = 3;
const plan = (...args: string[]) => planRound(parseOptions(args), CLUSTER);
const scenario = (name: string) => scenarios.find((one) => one.name === name)!;
const setupsWith = (name: string, ...args: string[]) =>
  setupsOf(scenario(name), parseOptions(args), CLUSTER).map(
    ({ workers, balancing, cache }) => `${workers} ${balancing} ${cache ? 'cache' : 'none'}`,
  );

describe('the table of scenarios', () => {
  it('has each name once, and a line for each', () => {
    const names = [...scenarios, ...extras].map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    const lines = formatScenarioList().trim().split('\n');
    expect(lines.map((line) => line.split(' ')[0])).toEqual(names);
  });

  it.each(scenarios)('runs $name only as its cache can be', ({ setups, cache }) => {
    const caches = setups.map((name) => setupOf(name, CLUSTER).cache);
    if (cache === 'on') expect(caches).not.toContain(false);
    if (cache === 'off') expect(caches).not.toContain(true);
    expect(caches.length).toBeGreaterThan(0);
  });
});

describe('setups', () => {
  it('are what the scenario declares', () => {
    expect(setupsWith('list')).toEqual(['1 round-robin cache', '3 round-robin cache']);
    expect(setupsWith('mixed')).toContain('3 round-robin none');
  });

  it('are balanced and cached as the options say, where that means something', () => {
    expect(setupsWith('list', '--balancing', 'response-time')).toEqual([
      '1 round-robin cache',
      '3 response-time cache',
    ]);
    expect(setupsWith('list', '--cache', 'both')).toHaveLength(4);
    expect(setupsWith('cached-read', '--cache', 'off')).not.toContain('3 round-robin none');
    expect(setupsWith('mixed', '--balancing', 'all', '--cache', 'on')).toHaveLength(4);
  });

  it('are told apart by every field, in whatever order', () => {
    const one = setupOf('one', CLUSTER);
    const { cache, ...rest } = one;
    expect(setupKey({ cache, ...rest })).toBe(setupKey(one));
    const names = [
      'one',
      'cluster',
      'threads',
      'event-loop',
      'least-connections',
      'cluster-uncached',
    ] as const;
    expect(new Set(names.map((name) => setupKey(setupOf(name, CLUSTER)))).size).toBe(names.length);
  });
});

describe('a round', () => {
  it('starts the apps once for each setup, with every scenario of it', () => {
    const steps = plan();
    const keys = steps.map(({ setup }) => setupKey(setup));
    expect(new Set(keys).size).toBe(keys.length);
    expect(steps[0]!.setup).toEqual(setupOf('one', CLUSTER));
    expect(steps[0]!.scenarios.map(({ name }) => name)).toEqual(expect.arrayContaining(['sign-up', 'mixed']));
  });

  it('measures raw limits in the place of one worker and of the cluster, those alone that are compared with', () => {
    const [one, cluster] = plan('--only', 'cached-read');
    expect(one!.raw).toEqual(['node-http', 'express', 'redis-get']);
    expect(cluster!.raw).toEqual(['node-http', 'express']);
    expect(plan().reduce((count, { raw }) => count + (raw.includes('express') ? 1 : 0), 0)).toBe(2);
    expect(plan('--only', 'mixed').flatMap(({ raw }) => raw)).toEqual([]);
  });

  it('is one worker and the cluster alone where it is to be quick', () => {
    expect(plan('--quick').map(({ setup }) => setup)).toEqual([
      setupOf('one', CLUSTER),
      setupOf('cluster', CLUSTER),
    ]);
  });
});
