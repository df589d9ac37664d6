import type { ApiStatus, JobWorkerStatus } from '../../src/control/protocol';

export const buildApiStatus = (overrides: Partial<ApiStatus> = {}): ApiStatus => ({
  kind: 'api',
  name: 'api-0',
  pid: process.pid,
  release: 'test',
  startedAt: 1,
  memoryBytes: 1,
  logLevel: 'info',
  port: 1,
  draining: false,
  serving: true,
  listening: true,
  inFlight: 0,
  hashes: 0,
  hashThreads: 1,
  requests: {
    total: 0,
    failed: 0,
    perSecond: 0,
    p50Ms: null,
    p99Ms: null,
    lateMs: 0,
    refused: [],
    cache: { hits: 0, misses: 0 },
    recent: [],
  },
  ...overrides,
});

export const buildJobWorkerStatus = (overrides: Partial<JobWorkerStatus> = {}): JobWorkerStatus => ({
  kind: 'worker',
  name: 'worker-0',
  pid: process.pid,
  release: 'test',
  startedAt: 1,
  memoryBytes: 1,
  logLevel: 'info',
  isConnected: true,
  concurrency: 2,
  jobs: { underWay: [], ended: {} },
  ...overrides,
});
