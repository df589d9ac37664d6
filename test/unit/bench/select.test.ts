import { pairOf, rawLimitOf, throughputPairs } from '../../../bench/reports/select';
import type { Setup } from '../../../bench/store/result-types';
import { buildResults, buildSeries, seriesOf } from './support/results';

const measured = { perSecond: 1, p50Ms: 1, p99Ms: 1 };
const create = (setup: Partial<Setup>) => buildSeries('create', setup, measured);

describe('one worker and many', () => {
  it('are the most usual of the measured series', () => {
    const usual = [create({}), create({ workers: 4 })];
    const series = [
      create({ workers: 4, balancing: 'response-time' }),
      create({ workers: 4, cache: false }),
      create({ workers: 4, hashThreads: 0 }),
      create({ workers: 4, slowedWorker: 'api-1' }),
      create({ workers: 8, quotaCores: 0.1 }),
      create({ hashThreads: 4 }),
      ...usual,
    ];
    expect(pairOf({ series }, 'create')).toMatchObject({ one: usual[0], many: usual[1] });
  });

  it('may be without the cache only together', () => {
    const [one, many] = [create({ cache: false }), create({ workers: 2, cache: false })];
    expect(pairOf({ series: [one, many] }, 'create')).toMatchObject({ one, many });
    expect(pairOf({ series: [create({}), many] }, 'create').many).toBeUndefined();
  });

  it('are found once per scenario that is sent as fast as answers come', () => {
    const scenarios = throughputPairs(buildResults()).map(({ scenario }) => scenario);
    expect(scenarios).toEqual([
      ...['sign-up', 'log-in', 'cached-read', 'uncached-read', 'list', 'conditional-read'],
      ...['create', 'mixed', 'heavy-job'],
    ]);
  });
});

describe('raw limits', () => {
  it('have as many processes or threads, and the same kind of answer', () => {
    const results = buildResults();
    const limitOf = (scenario: string, workers: number) => {
      const limit = rawLimitOf(results, seriesOf(results, scenario, workers));
      return limit && `${limit.name} ${limit.parallel}`;
    };
    expect(limitOf('sign-up', 2)).toBe('hash 2');
    expect(limitOf('cached-read', 1)).toBe('express 1');
    expect(limitOf('list', 2)).toBe('express-list 2');
    expect(limitOf('conditional-read', 2)).toBe('express-not-modified 2');
    expect(limitOf('heavy-job', 2)).toBeUndefined();
  });
});
