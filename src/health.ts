import { keepAnswer } from './infra/kept-answer';
import { within } from './infra/within';

export type Health = ReturnType<typeof createHealth>;

export interface DependencyState {
  status: 'up' | 'down';
  /** Whether nothing is served without it. */
  required: boolean;
  latencyMs: number;
  error?: string;
}

interface HealthOptions {
  /** Of this process: its name, version and so on. */
  about: Record<string, string>;
  /** The servers that it is not ready without. */
  required: Record<string, () => Promise<void>>;
  /** Those without which it serves all the same, slower or less. */
  optional: Record<string, () => Promise<void>>;
}

/** Longer than a busy machine delays an answer, and shorter than a probe waits. */
const LIMIT_MS = 2_000;
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

function checksOf(pings: Record<string, () => Promise<void>>, isRequired: boolean) {
  return Object.fromEntries(
    Object.entries(pings).map(([name, ping]) => [name, createCheck(ping, isRequired)]),
  );
}

function createCheck(ping: () => Promise<void>, required: boolean): () => Promise<DependencyState> {
  const state = (began: number, error?: Error): DependencyState => ({
    status: error ? 'down' : 'up',
    required,
    latencyMs: Math.round((performance.now() - began) * 10) / 10,
    ...(error && { error: error.message }),
  });
  const ask = keepAnswer(async () => {
    const began = performance.now();
    return ping().then(
      () => state(began),
      (error: Error) => state(began, error),
    );
  }, KEPT_MS);
  return async () => {
    const began = performance.now();
    const answer = await within(ask(), LIMIT_MS, undefined);
    return answer ?? state(began, new Error('no answer in time'));
  };
}
