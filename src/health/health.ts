import { keepAnswer } from '../lib/kept-answer';
import { whyAway } from '../lib/why-away';
import { within } from '../lib/deadline';

export type Health = ReturnType<typeof createHealth>;

export interface DependencyState {
  status: 'up' | 'down';
  /** Whether nothing is served without it. */
  required: boolean;
  latencyMs: number;
  error?: string;
}

export interface Dependency {
  ping: () => Promise<void>;
  /** It is named where it is away, without what is secret in it. */
  url: string;
}

interface HealthOptions {
  /** Of this process: its name, version and so on. */
  about: Record<string, string>;
  /** The servers that it is not ready without. */
  required: Record<string, Dependency>;
  /** Those without which it serves all the same, slower or less. */
  optional: Record<string, Dependency>;
}

/** Longer than a busy machine delays an answer, and shorter than a probe waits: that is 2 s, often. */
const LIMIT_MS = 1_500;
const KEPT_MS = 250;

/** How an API worker is: for probes, people and the metrics. */
export function createHealth({ about, required, optional }: HealthOptions) {
  let hasStarted = false;
  let isDraining = () => false;
  const checks = {
    ...checksOf(required, true),
    ...checksOf(optional, false),
  };
  const needed = Object.keys(required).map((name) => checks[name]!);

  return {
    /** Told once requests can come. */
    started: (): void => void (hasStarted = true),
    hasStarted: (): boolean => hasStarted,
    /** Who tells whether it drains. */
    watch: (drains: () => boolean): void => void (isDraining = drains),

    /** Whether all that is needed answers; a worker that drains ends what comes, so it isn't asked here. */
    async canServe(): Promise<boolean> {
      const states = await Promise.all(needed.map((check) => check()));
      return states.every(({ status }) => status === 'up');
    },

    async dependencies(): Promise<Record<string, DependencyState>> {
      const states = await Promise.all(
        Object.entries(checks).map(async ([name, check]) => [name, await check()] as const),
      );
      return Object.fromEntries(states);
    },

    /** All that is to be known: for those who run it. */
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
    // Kept for a moment: who asks then is told what those were who waited for it.
    return ms > LIMIT_MS && !error ? late : state(ms, error);
  }, KEPT_MS);
  return () => within(ask(), LIMIT_MS, late);
}
