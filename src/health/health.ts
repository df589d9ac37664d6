import { keepAnswer } from '../lib/kept-answer';
import { whyAway } from '../lib/server-away';
import { within } from '../lib/deadline';

export type Health = ReturnType<typeof createHealth>;

export interface DependencyState {
  status: 'up' | 'down';
  /** True if the worker serves nothing without it. */
  required: boolean;
  latencyMs: number;
  error?: string;
}

export interface Dependency {
  ping: () => Promise<void>;
  /** Shown without credentials if it is away. */
  url: string;
}

interface HealthOptions {
  /** Name, version and release of this process. */
  about: Record<string, string>;
  /** Servers without which the worker is not ready. */
  required: Record<string, Dependency>;
  /** Servers without which it still serves, slower or less. */
  optional: Record<string, Dependency>;
  /** True if NGINX passes a worker over that drains. Then readiness is about the whole API, which NGINX answers for. */
  isBalanced?: boolean;
}

/** Longer than a busy host delays an answer, and shorter than a probe usually waits (2 s). */
const LIMIT_MS = 1_500;
const KEPT_MS = 250;

/** Reports the state of an API worker to probes, people and the metrics. */
export function createHealth({ about, required, optional, isBalanced = false }: HealthOptions) {
  let hasStarted = false;
  let isDraining = () => false;
  let isReplaced = false;
  const checks = { ...checksOf(required, true), ...checksOf(optional, false) };
  const needed = Object.keys(required).map((name) => checks[name]!);

  return {
    /** Call once requests can come. */
    started: (): void => void (hasStarted = true),
    hasStarted: (): boolean => hasStarted,
    /** Registers the callback that reports whether this worker is draining. */
    watch: (drains: () => boolean): void => void (isDraining = drains),
    /** Call if another worker serves on the same port from now on. */
    replaced: (): void => void (isReplaced = true),
    /** True if NGINX has to skip the port. A 503 of a worker that is replaced would count against its successor. */
    leavesPort: (): boolean => isDraining() && !isReplaced,

    /** Resolves to true if all required servers answer. Without NGINX, a worker that drains is not ready. */
    async canServe(): Promise<boolean> {
      if (!isBalanced && this.leavesPort()) return false;
      const states = await Promise.all(needed.map((check) => check()));
      return states.every(({ status }) => status === 'up');
    },

    async dependencies(): Promise<Record<string, DependencyState>> {
      const states = await Promise.all(
        Object.entries(checks).map(async ([name, check]) => [name, await check()] as const),
      );
      return Object.fromEntries(states);
    },

    async report() {
      const dependencies = await this.dependencies();
      const isLacking = (need: boolean) =>
        Object.values(dependencies).some((state) => state.required === need && state.status === 'down');
      const isReady = !isDraining() && !isLacking(true);
      return {
        status: !isReady ? 'unavailable' : isLacking(false) ? 'degraded' : 'ok',
        isReady,
        ...about,
        started: hasStarted,
        draining: isDraining(),
        uptimeSeconds: Math.round(process.uptime()),
        dependencies,
      };
    },
  };
}

function checksOf(dependencies: Record<string, Dependency>, isRequired: boolean) {
  return Object.fromEntries(
    Object.entries(dependencies).map(([name, dependency]) => [name, createCheck(dependency, isRequired)]),
  );
}

function createCheck({ ping, url }: Dependency, required: boolean): () => Promise<DependencyState> {
  const state = (ms: number, error?: string): DependencyState => ({
    status: error ? 'down' : 'up',
    required,
    latencyMs: Math.round(Math.min(ms, LIMIT_MS) * 10) / 10,
    ...(error && { error }),
  });
  const late = state(LIMIT_MS, whyAway(new Error('timed out'), url));
  const ask = keepAnswer(async () => {
    const began = performance.now();
    const error = await ping().then(
      () => undefined,
      (reason: Error) => whyAway(reason, url),
    );
    const ms = performance.now() - began;
    // The answer is kept for a moment, and must then be the same `late` that the first callers got.
    return ms > LIMIT_MS && !error ? late : state(ms, error);
  }, KEPT_MS);
  return () => within(ask(), LIMIT_MS, late);
}
