/** How often a property is tried, and from which seed: `TEST_SEED` and `TEST_PATH`, as a failure prints them. */
export const isLong = process.env.TEST_LONG === '1';

export function propertyRuns(short: number, long: number) {
  const { TEST_SEED: seed, TEST_PATH: path } = process.env;
  return {
    numRuns: isLong ? long : short,
    ...(seed && { seed: Number(seed) }),
    ...(path && { path }),
  };
}
