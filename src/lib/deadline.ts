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

const LATE = Symbol('late');

/** Resolves like `work`. @throws the error that `late` makes if `work` takes longer than `ms` */
export async function requireWithin<T>(work: Promise<T>, ms: number, late: () => Error): Promise<T> {
  const answer = await within<T, typeof LATE>(work, ms, LATE);
  if (answer === LATE) throw late();
  return answer;
}
