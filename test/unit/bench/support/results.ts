import { fitUsl, throughputAt } from '../../../../bench/figures/usl';
import type {
  Balancing,
  BenchResults,
  Figure,
  RawLimit,
  Run,
  ScalingCurve,
  Series,
  Setup,
} from '../../../../bench/store/result-types';

/** Rounds differ by constant factors, so that expected figures can be calculated. */
const ROUNDS = [0.98, 1, 1.03];

interface Measured {
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
  /** CPU time of a request, by process group. */
  micros?: Record<string, number>;
  figures?: Partial<Record<Figure, number>>;
}

function buildRun({ perSecond, p50Ms, p99Ms, micros, figures = {} }: Measured, factor: number): Run {
  const rate = perSecond * factor;
  const cpu = Object.entries(micros ?? {}).map(([name, each]) => [name, (each * rate) / 1e6]);
  return {
    perSecond: rate,
    requests: Math.round(rate * 10),
    meanMs: (p50Ms * 1.1) / factor,
    p50Ms: p50Ms / factor,
    p90Ms: (p50Ms + p99Ms) / 2 / factor,
    p99Ms: p99Ms / factor,
    maxMs: (p99Ms * 1.4) / factor,
    errors: {},
    cpu: { ...Object.fromEntries(cpu), 'others on this machine': 0.02, 'stolen by the hypervisor': 0.01 },
    ...(micros && { cpuMicrosPerRequest: micros }),
    figures,
  };
}

const ONE: Setup = { workers: 1, hashThreads: 1, balancing: 'round-robin', cache: true };
const TWO: Setup = { ...ONE, workers: 2 };

export const buildSeries = (
  scenario: string,
  setup: Partial<Setup>,
  measured: Measured,
  rest: Partial<Series> = {},
): Series => ({
  scenario,
  setup: { ...ONE, ...setup },
  load: { connections: 10 },
  runs: ROUNDS.map((factor) => buildRun(measured, factor)),
  ...rest,
});

const micros = (loop: number, threads: number, nginx: number, redis: number, mongo: number) => ({
  'API, event loop': loop,
  'API, hash and other threads': threads,
  NGINX: nginx,
  Redis: redis,
  MongoDB: mongo,
  'load generator': 90,
});
const READ = micros(310, 12, 35, 28, 2);
const HASH = micros(900, 79_000, 60, 40, 700);

/** Builds the series of one worker and of two. */
const pair = (scenario: string, rates: [number, number], one: Omit<Measured, 'perSecond'>, twoMs = 0.55) => [
  buildSeries(scenario, ONE, { ...one, perSecond: rates[0] }),
  buildSeries(scenario, TWO, {
    ...one,
    perSecond: rates[1],
    p50Ms: one.p50Ms * twoMs,
    p99Ms: one.p99Ms * twoMs,
  }),
];

const held = (part: string, hashThreads: number, p50Ms: number, p99Ms: number): Series =>
  buildSeries(
    'reads-in-storm',
    { ...TWO, hashThreads },
    {
      perSecond: 200,
      p50Ms,
      p99Ms,
      figures: { hitShare: 0.998, senderLateP99Ms: 1.1, signUpsPerSecond: part === 'idle' ? 0 : 22 },
    },
    { part, load: { perSecond: 200 } },
  );

const slowed = (balancing: Balancing, slowedShare: number, p99Ms: number): Series =>
  buildSeries(
    'slowed-worker',
    { ...TWO, balancing, slowedWorker: 'api-1' },
    { perSecond: 900, p50Ms: 8, p99Ms, figures: { slowedShare } },
    { part: 'held-rate', load: { perSecond: 900 } },
  );

const mixed = { hitShare: 0.971, mongoReadsPerRead: 0.042, stale: 0 };

const buildAllSeries = (): Series[] => [
  ...pair('sign-up', [12.5, 24.2], { p50Ms: 760, p99Ms: 1_104, micros: HASH }, 0.5),
  buildSeries('sign-up', { hashThreads: 2 }, { perSecond: 23.4, p50Ms: 390, p99Ms: 620, micros: HASH }),
  ...pair('log-in', [12.3, 23.6], { p50Ms: 770, p99Ms: 1_150, micros: HASH }),
  ...pair('cached-read', [2_450, 4_300], { p50Ms: 3.8, p99Ms: 9.1, micros: READ }),
  buildSeries(
    'cached-read',
    { ...TWO, balancing: 'response-time' },
    { perSecond: 4_100, p50Ms: 2.2, p99Ms: 6 },
  ),
  ...pair('uncached-read', [1_020, 1_800], {
    p50Ms: 9,
    p99Ms: 24,
    micros: micros(460, 20, 36, 0, 420),
  }).map((series) => ({ ...series, setup: { ...series.setup, cache: false } })),
  ...pair('list', [1_500, 2_700], { p50Ms: 6.2, p99Ms: 15, micros: micros(480, 14, 60, 40, 3) }),
  ...pair('conditional-read', [2_700, 4_800], {
    p50Ms: 3.4,
    p99Ms: 8.2,
    micros: micros(280, 12, 30, 26, 2),
    figures: { notModifiedShare: 1 },
  }),
  ...pair('create', [610, 1_010], { p50Ms: 15, p99Ms: 44, micros: micros(700, 30, 40, 60, 900) }),
  ...pair('mixed', [1_900, 3_350], {
    p50Ms: 4.9,
    p99Ms: 18,
    micros: micros(390, 14, 38, 34, 60),
    figures: mixed,
  }),
  ...pair('heavy-job', [4.1, 7.8], {
    p50Ms: 21,
    p99Ms: 60,
    figures: { jobsPerSecond: 4, jobP99Ms: 2_300 },
  }),
  held('idle', 1, 2.1, 6),
  held('storm', 1, 2.9, 11),
  held('storm, hashing on the event loop', 0, 120, 640),
  buildSeries('reload-under-load', TWO, {
    perSecond: 3_100,
    p50Ms: 4,
    p99Ms: 31,
    figures: { failed: 0, reloads: 3 },
  }),
  slowed('round-robin', 0.5, 410),
  slowed('least-connections', 0.21, 160),
  slowed('response-time', 0.06, 28),
  buildSeries('memory', ONE, {
    perSecond: 2_000,
    p50Ms: 4,
    p99Ms: 9,
    figures: { idleRssMb: 92, rss10kMb: 148, rssEndMb: 151, rssLastHalfSlopeMb: 0.4 },
  }),
];

const raw = (name: RawLimit['name'], parallel: number, perSecond: number, micros?: number): RawLimit => ({
  name,
  unit: name === 'hash' ? 'hashes' : name === 'redis-get' ? 'commands' : 'requests',
  parallel,
  perSecond: ROUNDS.map((factor) => perSecond * factor),
  ...(micros !== undefined && {
    cpuMicrosPerRequest: ROUNDS.map(() => ({ 'API, event loop': micros, 'load generator': 90 })),
  }),
});

const buildRaw = (): RawLimit[] => [
  raw('hash', 1, 12.9),
  raw('hash', 2, 25.6),
  raw('node-http', 1, 4_900, 120),
  raw('node-http', 2, 8_400, 120),
  raw('express', 1, 3_100, 200),
  raw('express', 2, 5_500, 200),
  raw('express-not-modified', 1, 3_400, 180),
  raw('express-not-modified', 2, 6_000, 180),
  raw('express-list', 1, 2_300, 260),
  raw('express-list', 2, 4_100, 260),
  raw('redis-get', 1, 42_000),
];

/** Builds a curve that follows the law exactly. */
export function buildCurve(
  scenario: string,
  law: { lambda: number; sigma: number; kappa: number },
): ScalingCurve {
  const counts = [1, 2, 4, 8, 12, 16];
  const points = counts.map((workers) => ({ workers, perSecond: throughputAt(law, workers) }));
  return {
    scenario,
    quotaCores: 0.1,
    points: points.map(({ workers, perSecond }) => ({
      workers,
      perSecond: ROUNDS.map((factor) => perSecond * factor),
      efficiency: perSecond / (workers * law.lambda),
      hitShare: 0.998,
      apiCores: 0.37,
      machineCores: 1.44,
      errors: {},
    })),
    fit: fitUsl(points),
  };
}

/** Builds the results of a complete bench on two quiet cores. */
export const buildResults = (changes: Partial<BenchResults> = {}): BenchResults => ({
  format: 2,
  startedAt: '2026-01-02T03:04:05.678Z',
  tookSeconds: 1_500,
  options: { quick: false, seconds: 10, rounds: 3, only: [] },
  machine: {
    cores: 2,
    cpu: 'Some Processor <at> 2.80GHz',
    memoryGb: 8,
    system: 'Linux 6.1 x64',
    node: 'v20.20.2',
    servers: ['MongoDB 8.0.0', 'Redis 7.0.15', 'RabbitMQ 3.10.8', 'NGINX 1.22.1'],
    commit: 'abc1234',
    loadAverage: 0.1,
    bcryptCost: 10,
  },
  raw: buildRaw(),
  series: buildAllSeries(),
  curves: [
    buildCurve('cached-read', { lambda: 240, sigma: 0.03, kappa: 0.003 }),
    { ...buildCurve('sign-up', { lambda: 1.25, sigma: 0.008, kappa: 0 }), bcryptCost: 6 },
  ],
  skipped: [],
  faults: [],
  ...changes,
});

/** Finds a series, which a test may change. */
export function seriesOf({ series }: BenchResults, scenario: string, workers = 2, part?: string): Series {
  const found = series.find(
    (one) => one.scenario === scenario && one.setup.workers === workers && one.part === part,
  );
  if (!found) throw new Error(`no series of ${scenario}`);
  return found;
}
