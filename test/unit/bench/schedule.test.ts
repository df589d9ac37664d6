import { parseOptions } from '../../../tools/command/bench-options';
import { planRound } from '../../../bench/rounds/schedule';
import { setupKey, setupOf, setupsOf } from '../../../bench/scenarios/setups';
import { extras } from '../../../bench/extras';
import { scenarios } from '../../../bench/scenarios';
import { SCENARIO_NAMES } from '../../../bench/store/result-types';

const CLUSTER = 3;
const plan = (...args: string[]) => planRound(parseOptions(args), CLUSTER);
const scenario = (name: string) => scenarios.find((one) => one.name === name)!;
const setupsWith = (name: string, ...args: string[]) =>
  setupsOf(scenario(name), parseOptions(args), CLUSTER).map(
    ({ workers, balancing, cache }) => `${workers} ${balancing} ${cache ? 'cache' : 'none'}`,
  );

describe('the table of scenarios', () => {
  it('implements each name of the results once', () => {
    const names = [...scenarios, ...extras].map(({ name }) => name);
    expect([...names].sort()).toEqual(Object.keys(SCENARIO_NAMES).sort());
  });

  it.each(scenarios)('runs $name only with the cache that it allows', ({ setups, cache }) => {
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

  it('take balancing and cache from the options, if that makes a difference', () => {
    expect(setupsWith('list', '--balancing', 'response-time')).toEqual([
      '1 round-robin cache',
      '3 response-time cache',
    ]);
    expect(setupsWith('list', '--cache', 'both')).toHaveLength(4);
    expect(setupsWith('cached-read', '--cache', 'off')).not.toContain('3 round-robin none');
    expect(setupsWith('mixed', '--balancing', 'all', '--cache', 'on')).toHaveLength(4);
  });

  it('differ by every field, in any order', () => {
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

  it('measures the raw limits of its scenarios once in place of one worker and once of the cluster', () => {
    const [one, cluster] = plan('--only', 'cached-read');
    expect(one!.raw).toEqual(['node-http', 'express', 'redis-get']);
    expect(cluster!.raw).toEqual(['node-http', 'express']);
    expect(plan().reduce((count, { raw }) => count + (raw.includes('express') ? 1 : 0), 0)).toBe(2);
    expect(plan('--only', 'mixed').flatMap(({ raw }) => raw)).toEqual([]);
  });

  it('has only one worker and the cluster if it is quick', () => {
    expect(plan('--quick').map(({ setup }) => setup)).toEqual([
      setupOf('one', CLUSTER),
      setupOf('cluster', CLUSTER),
    ]);
  });
});
