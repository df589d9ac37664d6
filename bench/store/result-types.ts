import type { CpuUse } from '../figures/cpu-time';
import type { MachineFacts } from '../stack/machine';

/** How NGINX chooses a worker: its BALANCING variable. */
export const BALANCINGS = ['round-robin', 'least-connections', 'response-time'] as const;
export type Balancing = (typeof BALANCINGS)[number];

/** What is measured: how the API ran. */
export interface Setup {
  workers: number;
  /** In each worker; 0: hashing on the event loop, which is there to be compared with. */
  hashThreads: number;
  balancing: Balancing;
  /** Whether Redis was there to cache in. */
  cache: boolean;
  /** Cores that each API worker is held to, where it is. */
  quotaCores?: number;
  /** The worker that is held to a tenth of a core, where one is. */
  slowedWorker?: string;
}

/** One measured window. */
export interface Run {
  perSecond: number;
  requests: number;
  meanMs: number;
  p50Ms: number;
  p90Ms: number;
  p99Ms: number;
  maxMs: number;
  /** What went wrong, and how often: another status, a failed connection, a stale answer. A run with any is marked. */
  errors: Record<string, number>;
  /** Cores in use while it ran, by process group; undefined where the system doesn't tell. */
  cpu?: CpuUse;
  /** CPU time by process group over the requests, in microseconds. */
  cpuMicrosPerRequest?: Record<string, number>;
  /** What this scenario tells beside that, by the names in FIGURES. */
  figures: Partial<Record<Figure, number>>;
}

/** Figures of some scenarios only; shares are from 0 to 1. */
export const FIGURES = {
  hitShare: 'answers with X-Cache: HIT, of all reads',
  notModifiedShare: 'answers with 304, of all reads',
  mongoReadsPerRead: 'MongoDB reads a read',
  stale: 'answers older than what was acknowledged before they were asked for',
  failed: 'requests that failed or were answered wrongly',
  reloads: 'reloads while it ran',
  senderLateP99Ms: "the load generator's own lateness, p99 ms",
  slowedShare: "the slowed worker's share of the requests",
  signUpsPerSecond: 'sign-ups a second beside it',
  jobsPerSecond: 'jobs done a second',
  jobP99Ms: 'from 202 to the end of the job, p99 ms',
  idleRssMb: 'resident memory of the worker before any load, MB',
  rss10kMb: 'the same after 10,000 requests, MB',
  rssEndMb: 'the same after all requests, MB',
  rssLastHalfSlopeMb: 'by how much it grew over the last half of the requests, fitted, MB',
} as const;
export type Figure = keyof typeof FIGURES;

/** The same scenario in the same setup, in several rounds. */
export interface Series {
  scenario: string;
  /** Where a scenario measures several things beside each other, such as `idle` and `storm`. */
  part?: string;
  setup: Setup;
  /** Either so many connections as fast as answers come, or a held rate. */
  load: { connections: number } | { perSecond: number };
  runs: Run[];
}

/** What the machine does without the API, measured in the same run and in turns with the rest. */
export interface RawLimit {
  name: 'node-http' | 'express' | 'express-not-modified' | 'express-list' | 'hash' | 'redis-get';
  unit: 'requests' | 'hashes' | 'commands';
  /** Processes behind NGINX, or hash threads. */
  parallel: number;
  /** A second, a figure a round. */
  perSecond: number[];
  /** As with a series, by round. */
  cpuMicrosPerRequest?: Record<string, number>[];
  /** What went wrong, in all rounds. */
  errors?: Record<string, number>;
}

/** A share of what is possible without coordination, and how throughput falls short of it. */
export interface UslFit {
  /** Of one worker, a second. */
  lambda: number;
  /** Contention: the share that is done one after the other. */
  sigma: number;
  /** Coherency: what each pair of workers costs. */
  kappa: number;
  /** Of the fit, 1 is perfect. */
  r2: number;
}

export interface CurvePoint {
  workers: number;
  /** By round. */
  perSecond: number[];
  /** Of so many times one worker, by medians. */
  efficiency: number;
  /** Answers from the cache, of all, where they tell; the least of the rounds. */
  hitShare?: number;
  /** Cores in use by all API workers, and by whatever ran on this machine; medians. */
  apiCores?: number;
  machineCores?: number;
  errors: Record<string, number>;
}

/** Throughput over the number of workers, each held to the same small part of a core. */
export interface ScalingCurve {
  scenario: string;
  quotaCores: number;
  /** Of a password, where it is another than the machine's. */
  bcryptCost?: number;
  points: CurvePoint[];
  fit?: UslFit;
}

export interface BenchResults {
  /** Of this file; another one can't be compared with it. */
  format: 2;
  startedAt: string;
  tookSeconds: number;
  options: { quick: boolean; seconds: number; rounds: number; only: string[] };
  machine: MachineFacts & { bcryptCost: number };
  raw: RawLimit[];
  series: Series[];
  curves: ScalingCurve[];
  /** What was left out, and why. */
  skipped: string[];
  /** A line each; a bench with one proves nothing. */
  faults: string[];
}
