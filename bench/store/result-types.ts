import type { Balancing } from '../../tools/command/bench-names';

export {
  BALANCING_NAMES,
  BALANCINGS,
  SCENARIO_NAMES,
  type Balancing,
  type ScenarioName,
} from '../../tools/command/bench-names';

/** How the API runs while it is measured. */
export interface Setup {
  workers: number;
  /** Hash threads of each worker; `0` hashes on the event loop, for comparison only. */
  hashThreads: number;
  balancing: Balancing;
  /** False if there is no Redis. */
  cache: boolean;
  /** Cores that each API worker is held to. */
  quotaCores?: number;
  /** Name of the worker that is held to a tenth of a core. */
  slowedWorker?: string;
}

/** What clients of a server sent to it and got from it, per request or per second, and how many are connected. */
export interface Traffic {
  inBytes: number;
  outBytes: number;
  connections: number;
}

/** Bytes by the name of the server, without the headers of TCP and IP. */
export type TrafficUse = Record<string, Traffic>;

/** One measured window. */
export interface Run {
  perSecond: number;
  requests: number;
  meanMs: number;
  p50Ms: number;
  p90Ms: number;
  p99Ms: number;
  maxMs: number;
  /** Number of errors by kind: an unexpected status, a failed connection, a stale answer. */
  errors: Record<string, number>;
  /** Cores in use by process group; `undefined` on systems without /proc. */
  cpu?: Record<string, number>;
  /** CPU time of a request in microseconds, by process group. */
  cpuMicrosPerRequest?: Record<string, number>;
  /** Bytes of a request at each server, and its connections; `undefined` without `ss`, and in older results. */
  traffic?: TrafficUse;
  figures: Partial<Record<Figure, number>>;
}

/** Figures that only some scenarios have, with their names in reports; shares are from 0 to 1. */
export const FIGURES = {
  hitShare: 'reads answered from the cache',
  notModifiedShare: 'reads answered with 304',
  mongoReadsPerRead: 'MongoDB reads a read',
  stale: 'stale answers',
  failed: 'failed requests',
  reloads: 'reloads',
  senderLateP99Ms: 'lateness of the load generator, p99 ms',
  slowedShare: 'requests to the slowed worker',
  refusedShare: 'requests refused with 503 for overload',
  signUpsPerSecond: 'sign-ups/s beside it',
  jobsPerSecond: 'jobs/s',
  jobP99Ms: 'from 202 to the end of the job, p99 ms',
  idleRssMb: 'MB before any load',
  rss10kMb: 'MB after 10,000 requests',
  rssEndMb: 'MB after all requests',
  rssLastHalfSlopeMb: 'MB gained over the last half (fitted)',
} as const;
export type Figure = keyof typeof FIGURES;

/** The rounds of one scenario in one setup. */
export interface Series {
  scenario: string;
  /** Name of one of the things that a scenario measures side by side, such as `idle` and `storm`. */
  part?: string;
  setup: Setup;
  /** Connections that each send as fast as answers come, or a fixed rate. */
  load: { connections: number } | { perSecond: number };
  runs: Run[];
}

/** What the host does without the API, measured in turns with the rest. */
export interface RawLimit {
  name: 'node-http' | 'express' | 'express-not-modified' | 'express-list' | 'hash' | 'redis-get';
  unit: 'requests' | 'hashes' | 'commands';
  /** Number of processes behind NGINX, or of hash threads. */
  parallel: number;
  /** One figure per round. */
  perSecond: number[];
  cpuMicrosPerRequest?: Record<string, number>[];
  /** Errors of all rounds. */
  errors?: Record<string, number>;
}

/** Coefficients of the universal scalability law. */
export interface UslFit {
  /** Throughput of one worker, per second. */
  lambda: number;
  /** Contention: the share of the work that is done one after the other. */
  sigma: number;
  /** Coherency: the cost of each pair of workers. */
  kappa: number;
  /** Quality of the fit; 1 is perfect. */
  r2: number;
}

export interface CurvePoint {
  workers: number;
  /** One figure per round. */
  perSecond: number[];
  /** Share of as many times the throughput of one worker, by medians. */
  efficiency: number;
  /** Least share of answers from the cache. */
  hitShare?: number;
  /** Cores in use by all API workers, and by everything on this host; medians. */
  apiCores?: number;
  machineCores?: number;
  errors: Record<string, number>;
}

/** Throughput over the number of workers, each held to the same part of a core. */
export interface ScalingCurve {
  scenario: string;
  quotaCores: number;
  /** Cost of its passwords, if it differs from that of the other figures. */
  bcryptCost?: number;
  points: CurvePoint[];
  fit?: UslFit;
}

/** What so many workers use while no request comes, per second. */
export interface IdlePoint {
  workers: number;
  cpu?: Record<string, number>;
  traffic?: TrafficUse;
}

export interface MachineFacts {
  cores: number;
  cpu: string;
  memoryGb: number;
  system: string;
  node: string;
  servers: string[];
  /** A `+` after the hash marks changed files; `undefined` outside a clone. */
  commit?: string;
  /** Load average of the minute before the bench. */
  loadAverage: number;
}

export interface BenchResults {
  /** Version of this file; results of different formats cannot be compared. */
  format: 2;
  startedAt: string;
  tookSeconds: number;
  options: { quick: boolean; seconds: number; rounds: number; only: string[] };
  machine: MachineFacts & { bcryptCost: number };
  raw: RawLimit[];
  series: Series[];
  curves: ScalingCurve[];
  /** Older results have none. */
  idle?: IdlePoint[];
  /** What was left out, and why. */
  skipped: string[];
  /** One line per error of a run. */
  faults: string[];
}
