import { toCurve } from '../../../bench/extras/scaling';
import { buildSeries } from './support/results';

const runOf = (perSecond: number, changes = {}) => {
  const [run] = buildSeries('sign-up', {}, { perSecond, p50Ms: 10, p99Ms: 20 }).runs;
  return { ...run!, perSecond, cpu: undefined, ...changes };
};

describe('the scaling curve', () => {
  const named = { scenario: 'sign-up', quotaCores: 0.07, bcryptCost: 6 };
  const points = [
    { workers: 1, runs: [10, 12, 11].map((perSecond) => runOf(perSecond)) },
    {
      workers: 4,
      runs: [
        runOf(40, { errors: { 503: 1 } }),
        runOf(20, { errors: { 503: 2, timeout: 1 } }),
        runOf(33, { errors: {} }),
      ],
    },
  ];

  it('compares medians with multiples of one worker, and keeps errors', () => {
    expect(toCurve(named, points)).toEqual({
      ...named,
      points: [
        { workers: 1, perSecond: [10, 12, 11], efficiency: 1, errors: {} },
        { workers: 4, perSecond: [40, 20, 33], efficiency: 0.75, errors: { 503: 3, timeout: 1 } },
      ],
    });
  });

  it('is fitted to its medians', () => {
    const { fit } = toCurve(named, [
      ...points,
      { workers: 2, runs: [19, 99, 20].map((rate) => runOf(rate)) },
    ]);
    expect(fit!.lambda).toBeCloseTo(11, 0);
    expect(fit!.r2).toBeGreaterThan(0.95);
  });

  it('has the least share of answers from the cache, and the cores in use', () => {
    const runs = [0.999, 0.98, 1].map((hitShare, index) =>
      runOf(10, {
        figures: { hitShare },
        cpu: { 'API, event loop': 0.1 * index, 'API, hash and other threads': 0.2, NGINX: 0.3 },
      }),
    );
    const [point] = toCurve(named, [{ workers: 1, runs }]).points;
    expect(point).toMatchObject({ hitShare: 0.98 });
    expect(point!.apiCores).toBeCloseTo(0.3);
    expect(point!.machineCores).toBeCloseTo(0.6);
  });
});
