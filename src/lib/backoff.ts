interface Backoff {
  first: number;
  most: number;
  /** Share by which a pause varies, which keeps processes apart that fail at the same time. */
  jitter: number;
}

/** Returns a pause that doubles with each failure. */
export const backoffMs = ({ first, most, jitter }: Backoff, failures: number): number =>
  Math.min(first * 2 ** failures, most) * (1 + jitter * (2 * Math.random() - 1));
