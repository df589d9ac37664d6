export type Lateness = ReturnType<typeof createLateness>;

const TICK_MS = 20;

export function createLateness() {
  let due = performance.now() + TICK_MS;
  let last = 0;
  let recent = 0;
  const timer = setInterval(() => {
    const now = performance.now();
    last = Math.max(0, now - due);
    due = now + TICK_MS;
    recent += (last - recent) * 0.05;
  }, TICK_MS).unref();
  return {
    nowMs: (): number => Math.max(last, performance.now() - due),
    recentMs: (): number => recent,
    stop: (): void => clearInterval(timer),
  };
}
