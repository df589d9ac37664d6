/** Resolves like `work`, or to `late` if `work` takes longer than `ms`. */
export async function within<T, L>(work: Promise<T>, ms: number, late: L): Promise<T | L> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<L>((resolve) => (timer = setTimeout(resolve, ms, late)));
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Resolves like `work`. Every request passes here, so it makes no more promises than it needs, and `late` makes its error
 * only at the deadline.
 *
 * @throws the error that `late` makes if `work` takes longer than `ms`
 */
export function requireWithin<T>(work: Promise<T>, ms: number, late: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(late()), ms);
    const end = () => clearTimeout(timer);
    void work.then(resolve, reject).then(end, end);
  });
}
