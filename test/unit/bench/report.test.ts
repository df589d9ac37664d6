import { formatReport } from '../../../bench/report';
import { formatNumber, formatSpread, formatTable } from '../../../bench/reports/format';
import { findFaults, type BenchResults } from '../../../bench/results';

const latency = { meanMs: 823.4, p50Ms: 820, p90Ms: 820, p99Ms: 1_104.2, maxMs: 1_200 };
const cpu = { 'API, hash and other threads': 1.94, NGINX: 0.01, 'others on this machine': 0.01 };
const load = (perSecond: number) => ({ perSecond, requests: 100, ...latency, unexpected: {}, cpu });
const apacheBench = { perSecond: 12, meanMs: 830, p99Ms: 1_000, requests: 100, non2xx: 99, broken: 0 };
const held = (p99Ms: number) => ({
  requests: 1_000,
  hits: 1_000,
  ...latency,
  p99Ms,
  latenessP99Ms: 1.2,
  unexpected: {},
});

const results = (): BenchResults => ({
  startedAt: '2026-01-02T03:04:05.678Z',
  tookSeconds: 300,
  options: { quick: false, seconds: 10, rounds: 2 },
  machine: {
    cores: 2,
    cpu: 'Some Processor',
    memoryGb: 8,
    system: 'Linux',
    node: 'v20.20.2',
    servers: ['MongoDB 8.0.0', 'Redis 7.0.15', 'RabbitMQ 3.10.8', 'NGINX 1.22.1'],
    commit: 'abc1234',
    loadAverage: 0.1,
  },
  signup: {
    connections: 10,
    bcryptCost: 10,
    apacheBench: 'used',
    setups: [
      { name: 'one', title: '1 worker, 1 hash thread', workers: 1, hashThreads: 1, rates: [12, 12.2] },
      {
        name: 'cluster',
        title: '2 workers, 1 hash thread each',
        workers: 2,
        hashThreads: 1,
        rates: [23, 24],
      },
      { name: 'threads', title: '1 worker, 2 hash threads', workers: 1, hashThreads: 2, rates: [23, 23] },
    ].map(({ rates, ...setup }) => ({
      ...(setup as { name: 'one'; title: string; workers: number; hashThreads: number }),
      runs: rates.map(load),
      apacheBench: [apacheBench],
    })),
    hashRates: [
      { threads: 1, perSecond: [12.5, 12.5] },
      { threads: 2, perSecond: [25, 25] },
    ],
  },
  reads: {
    workers: 2,
    readsPerSecond: 200,
    signUpConnections: 10,
    readConnections: 10,
    idle: [held(4), held(6)],
    storm: [held(9), held(11)].map((reads) => ({ reads, signUps: load(22), cpu })),
    closedLoop: [{ reads: load(2_345.6), signUps: load(12) }],
  },
});

describe('the report', () => {
  const text = formatReport(results(), []);

  it('fits a terminal of 80 columns', () => {
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  it('compares the cluster with one worker, with raw bcrypt and with the source report', () => {
    expect(text).toMatch(/the cluster +1\.94 \(1\.92–1\.97\) × the requests\/s \(source report 2\.00 ×\)/);
    expect(text).toMatch(/2 workers, 1 hash thread each +23\.5 \(23\.0–24\.0\) +823 +1,104 +94 %/);
    expect(text).toMatch(/source report, 1 instance +6 +1,480/);
    expect(text).toMatch(/source report, cluster +12 +702/);
  });

  it("tells reads' p99 under sign-ups against idle, and the peers beside it", () => {
    expect(text).toContain('p99 under sign-ups against idle: 2.00 ×');
    expect(text).toMatch(/taskfleet, 2 workers +2,346 +820 +12\.0/);
    expect(text).toMatch(/source report's code, 1 process +11\.7 +799/);
  });

  it('says loudly that ab is missing', () => {
    const { signup, ...rest } = results();
    const without = formatReport({ ...rest, signup: { ...signup!, apacheBench: 'not installed' } }, []);
    expect(without).toContain('ab is not installed');
  });

  it('says when others used the machine', () => {
    const disturbed = results();
    disturbed.signup!.setups[0]!.runs[0]!.cpu = { 'others on this machine': 0.5 };
    expect(text).not.toContain('mean little');
    expect(formatReport(disturbed, [])).toContain('took up to 0.50 of 2 cores');
  });
});

describe('faults', () => {
  it('are none where every answer was as expected', () => {
    expect(findFaults(results())).toEqual([]);
  });

  it('mark a run: other answers, errors, ab, and reads that missed the cache', () => {
    const faulty = results();
    faulty.signup!.setups[1]!.runs[0]!.unexpected = { '503': 3, 'request timed out': 1 };
    faulty.signup!.setups[0]!.apacheBench[0] = { ...apacheBench, non2xx: 100 };
    faulty.reads!.idle[0]!.hits = 900;
    const faults = findFaults(faulty);
    expect(faults).toEqual([
      'ab, 1 worker, 1 hash thread: 100 of 100 not 2xx, 0 broken',
      'sign-up, 2 workers, 1 hash thread each: 3 × 503',
      'sign-up, 2 workers, 1 hash thread each: 1 × request timed out',
      'reads at a held rate: 100 of 1000 not from the cache',
    ]);
    expect(formatReport(faulty, faults)).toContain('Runs with errors');
  });
});

describe('figures', () => {
  it('have three digits, or all of those before the point', () => {
    expect([0.123, 12.34, 1_480.4, NaN].map(formatNumber)).toEqual(['0.12', '12.3', '1,480', '–']);
  });

  it('come with their spread where there is one', () => {
    expect(formatSpread({ median: 12, min: 12, max: 12 })).toBe('12.0');
    expect(formatSpread({ median: 12, min: 11.5, max: 13 })).toBe('12.0 (11.5–13.0)');
  });

  it('stand right in a table, with text to the left', () => {
    expect(
      formatTable([
        ['', 'n'],
        ['one', '5'],
        ['eleven', '12'],
      ]),
    ).toBe(['         n', '──────────', 'one      5', 'eleven  12'].join('\n'));
  });
});
