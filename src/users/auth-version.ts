/**
 * Returns the version that ends all tokens of `before`. It is also a time, so that it is higher than any of a user whom
 * a restore has brought back with an older version.
 */
export const laterThan = (before = 0) => Math.max(before + 1, Date.now());
