/**
 * Returns a function that shares one call of `ask` among all callers and keeps its answer for `keptMs` after it
 * settled: many probes cost a server as much as one, even while the server is frozen.
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
