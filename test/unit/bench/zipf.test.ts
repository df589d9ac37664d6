import { createZipf } from '../../../bench/load/zipf';

/** Returns evenly spread numbers instead of random ones, so that the shares are exact. */
function evenly(count: number): () => number {
  let next = 0;
  return () => (next++ + 0.5) / count;
}

function sharesOf(items: number, s: number, draws: number): number[] {
  const choose = createZipf(items, s, evenly(draws));
  const counts = new Array<number>(items).fill(0);
  for (let draw = 0; draw < draws; draw += 1) counts[choose()]! += 1;
  return counts.map((count) => count / draws);
}

describe('zipf', () => {
  it('weighs the k-th item by 1/k at s = 1', () => {
    // For four items: 1 + 1/2 + 1/3 + 1/4 = 25/12.
    const expected = [12 / 25, 6 / 25, 4 / 25, 3 / 25];
    sharesOf(4, 1, 10_000).forEach((share, index) => expect(share).toBeCloseTo(expected[index]!, 3));
  });

  it('weighs all items equally at s = 0', () => {
    sharesOf(5, 0, 10_000).forEach((share) => expect(share).toBeCloseTo(0.2, 3));
  });

  it('has the known probabilities of YCSB over 10,000 items', () => {
    const harmonic = Array.from({ length: 10_000 }, (_, index) => (index + 1) ** -0.99).reduce(
      (a, b) => a + b,
    );
    const shares = sharesOf(10_000, 0.99, 1_000_000);
    for (const rank of [1, 2, 10, 100]) {
      expect(shares[rank - 1]).toBeCloseTo(rank ** -0.99 / harmonic, 4);
    }
    expect(shares[0]).toBeGreaterThan(0.09);
  });

  it('returns no index outside its items', () => {
    expect(createZipf(3, 0.99, () => 0)()).toBe(0);
    expect(createZipf(3, 0.99, () => 1)()).toBe(2);
    expect(createZipf(1, 0.99, () => 0.7)()).toBe(0);
  });
});
