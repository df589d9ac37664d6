/**
 * One question at a time, however many ask, and its answer is kept for `keptMs`: many probes cost a server as
 * much as one, also when it is frozen.
 */
export function keepAnswer<T>(ask: () => Promise<T>, keptMs: number): () => Promise<T> {
  let answer: Promise<T> | undefined;
  let settledAt = Infinity;
  return () => {
    if (!answer || performance.now() - settledAt > keptMs) {
      settledAt = Infinity;
      const settled = () => void (settledAt = performance.now());
      answer = ask();
      answer.then(settled, settled);
    }
    return answer;
  };
}
