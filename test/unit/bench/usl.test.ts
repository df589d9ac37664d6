import fc from 'fast-check';
import { bestThroughput, bestWorkers, fitUsl, throughputAt, workersFor } from '../../../bench/figures/usl';

const COUNTS = [1, 2, 4, 8, 12, 16];
const pointsOf = (law: { lambda: number; sigma: number; kappa: number }, counts = COUNTS) =>
  counts.map((workers) => ({ workers, perSecond: throughputAt(law, workers) }));

describe('the universal scalability law', () => {
  it.each([
    ['contention and coherency', { lambda: 1_000, sigma: 0.05, kappa: 0.002 }],
    ['contention alone', { lambda: 12, sigma: 0.1, kappa: 0 }],
    ['coherency alone', { lambda: 350, sigma: 0, kappa: 0.004 }],
    ['a straight line', { lambda: 80, sigma: 0, kappa: 0 }],
    ['a throughput that falls', { lambda: 500, sigma: 0.4, kappa: 0.05 }],
  ])('is recovered: %s', (_name, law) => {
    const fit = fitUsl(pointsOf(law))!;
    expect(fit.lambda / law.lambda).toBeCloseTo(1, 6);
    expect(fit.sigma).toBeCloseTo(law.sigma, 6);
    expect(fit.kappa).toBeCloseTo(law.kappa, 6);
    expect(fit.r2).toBeCloseTo(1, 6);
  });

  it('has no coefficient below 0 if throughput grows faster than the number of workers', () => {
    const fit = fitUsl([1, 2, 4, 8].map((n) => ({ workers: n, perSecond: 100 * n ** 1.1 })))!;
    expect(fit).toMatchObject({ sigma: 0, kappa: 0 });
    expect(fit.lambda).toBeGreaterThan(100);
  });

  it('is close under noise of 3 %', () => {
    const law = fc.record({
      lambda: fc.double({ min: 5, max: 5_000, noNaN: true }),
      sigma: fc.double({ min: 0, max: 0.2, noNaN: true }),
      kappa: fc.double({ min: 0, max: 0.005, noNaN: true }),
    });
    const noise = fc.array(fc.double({ min: 0.97, max: 1.03, noNaN: true }), {
      minLength: COUNTS.length,
      maxLength: COUNTS.length,
    });
    const check = fc.property(law, noise, (known, factors) => {
      const noisy = pointsOf(known).map(({ workers, perSecond }, index) => ({
        workers,
        perSecond: perSecond * factors[index]!,
      }));
      const fit = fitUsl(noisy)!;
      expect(fit.sigma).toBeGreaterThanOrEqual(0);
      expect(fit.kappa).toBeGreaterThanOrEqual(0);
      for (const { workers, perSecond } of pointsOf(known)) {
        expect(Math.abs(throughputAt(fit, workers) / perSecond - 1)).toBeLessThan(0.06);
      }
    });
    fc.assert(check, { seed: 2007, numRuns: 300 });
  });

  it('is not fitted to fewer than three numbers of workers, or to no throughput', () => {
    expect(fitUsl(pointsOf({ lambda: 10, sigma: 0, kappa: 0 }, [1]))).toBeUndefined();
    expect(fitUsl(pointsOf({ lambda: 10, sigma: 0, kappa: 0 }, [1, 1, 1, 2]))).toBeUndefined();
    expect(fitUsl([1, 2, 4].map((workers) => ({ workers, perSecond: 0 })))).toBeUndefined();
  });
});

describe('the fitted law', () => {
  const law = { lambda: 1_000, sigma: 0.04, kappa: 0.006 };

  it('finds the greatest throughput', () => {
    expect(bestWorkers(law)).toBeCloseTo(Math.sqrt(0.96 / 0.006));
    const whole = COUNTS.concat(13, 14).map((n) => throughputAt(law, n));
    expect(bestThroughput(law)).toBe(Math.max(...whole));
  });

  it('has no greatest throughput without coherency, but a limit with contention', () => {
    expect(bestWorkers({ ...law, kappa: 0 })).toBe(Infinity);
    expect(bestThroughput({ ...law, kappa: 0 })).toBeCloseTo(25_000);
    expect(bestThroughput({ ...law, sigma: 0, kappa: 0 })).toBe(Infinity);
    expect(bestWorkers({ ...law, sigma: 1.2 })).toBe(1);
  });

  it('counts the workers that a rate needs', () => {
    const rates = fc.double({ min: 1, max: 4_300, noNaN: true });
    const check = fc.property(rates, (rate) => {
      const needed = workersFor(law, rate)!;
      expect(throughputAt(law, needed)).toBeGreaterThanOrEqual(rate * 0.999_999);
      if (needed > 1) expect(throughputAt(law, needed - 1)).toBeLessThan(rate);
    });
    fc.assert(check, { seed: 2007 });
    expect(workersFor(law, 1_000)).toBe(1);
    expect(workersFor({ lambda: 100, sigma: 0, kappa: 0 }, 700)).toBe(7);
  });

  it('returns undefined for rates that no number of workers reaches', () => {
    expect(workersFor(law, bestThroughput(law) * 1.01)).toBeUndefined();
    expect(workersFor({ ...law, kappa: 0 }, 25_001)).toBeUndefined();
  });
});
