/** Without a look for this long, a worker neither serves from the cache nor trusts what it knows. */
export const FRESH_MS = 1_000;
/** Maximum difference between the clocks of two hosts. */
export const SKEW_MS = 2_000;
