import { toCurve } from '../../../bench/scenarios/scaling';
import { createWorkerCount } from '../../../bench/worker-count';

describe('the scaling curve', () => {
  const points: Parameters<typeof toCurve>[2] = [
    { workers: 1, runs: [10, 12, 11].map((perSecond) => ({ perSecond, errors: {} })) },
    {
      workers: 4,
      runs: [
        { perSecond: 40, errors: { 503: 1 } },
        { perSecond: 20, errors: { 503: 2, timeout: 1 } },
        { perSecond: 33, errors: {} },
      ],
    },
  ];

  it('compares medians with so many times one worker, and keeps what went wrong', () => {
    expect(toCurve('sign-up', 0.07, points)).toEqual({
      scenario: 'sign-up',
      quotaCores: 0.07,
      points: [
        { workers: 1, perSecond: [10, 12, 11], efficiency: 1, errors: {} },
        { workers: 4, perSecond: [40, 20, 33], efficiency: 0.75, errors: { 503: 3, timeout: 1 } },
      ],
    });
  });

  it('is fitted by its medians', () => {
    const fit = jest.fn(() => ({ lambda: 11, sigma: 0.1, kappa: 0, r2: 1 }));
    expect(toCurve('sign-up', 0.07, points, fit).fit).toMatchObject({ lambda: 11 });
    expect(fit).toHaveBeenCalledWith([
      { workers: 1, perSecond: 11 },
      { workers: 4, perSecond: 33 },
    ]);
  });
});

describe('the count of answers by worker', () => {
  it('tells the share of one, however the header is written', () => {
    const count = createWorkerCount();
    expect(count.share('api-0')).toBeNaN();
    count.add({ 'x-worker': 'api-1' });
    count.clear();
    [{ 'X-Worker': 'api-0' }, { 'x-worker': 'api-1' }, { 'x-worker': 'api-1' }, {}].forEach(count.add);
    expect(count.share('api-0')).toBe(0.25);
  });
});
