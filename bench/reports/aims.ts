import { median } from '../figures/statistics';
import type { BenchResults, Figure, Series } from '../store/result-types';
import { formatNumber, formatPercent, formatTimes } from './format';
import { figureOf, meanOf, middleOf, p99Of, pairOf, perSecondOf, shareOfRaw, valuesOf } from './select';

export interface Aim {
  name: string;
  aim: string;
  /** A ratio of medians or a median; NaN if it was not measured. */
  measured: number;
  shown: string;
  state: 'reached' | 'not reached' | 'not measured';
}

type Row = [
  name: string,
  measured: number,
  bound: '≥' | '≤',
  limit: number,
  format: (value: number) => string,
];

/** Least shares of the raw limit, by scenario. */
export const RAW_AIMS: Record<string, number> = { 'sign-up': 0.9, 'cached-read': 0.75, list: 0.6 };
const QUOTA_WORKERS = 16;

/** Compares what this project aims at with what was measured. */
export function judgeAims(results: BenchResults): Aim[] {
  const signUp = pairOf(results, 'sign-up');
  const workers = signUp.many?.setup.workers ?? 2;
  const ratio = (figure: typeof perSecondOf) => middleOf(signUp.many, figure) / middleOf(signUp.one, figure);
  const many = (scenario: string, part?: string) => pairOf(results, scenario, part).many;
  const share = (scenario: string) => shareOfRaw(results, many(scenario));
  const storm = (part: string) => middleOf(many('reads-in-storm', part), p99Of);
  const mixed = (figure: Figure) => middleOf(many('mixed'), figureOf(figure));
  const against = `${workers} workers / 1`;
  const ofRaw = (name: string, scenario: string): Row => [
    name,
    share(scenario),
    '≥',
    RAW_AIMS[scenario]!,
    formatPercent,
  ];
  const rows: Row[] = [
    ofRaw('sign-ups/s of the cluster / bcrypt alone', 'sign-up'),
    // 1.90 × and 0.55 × for two workers.
    [`sign-ups/s, ${against}`, ratio(perSecondOf), '≥', 0.95 * workers, formatTimes],
    [`mean latency of sign-ups, ${against}`, ratio(meanOf), '≤', 1.1 / workers, formatTimes],
    ofRaw('cached reads / bare Express', 'cached-read'),
    [
      '304 / bare Express, no less than cached reads',
      share('conditional-read'),
      '≥',
      share('cached-read'),
      formatPercent,
    ],
    ofRaw('list of 20 / bare Express', 'list'),
    ['p99 of reads, storm / idle', storm('storm') / storm('idle'), '≤', 2, formatTimes],
    ['mixed: reads from the cache', mixed('hitShare'), '≥', 0.95, formatPercent],
    ['mixed: MongoDB reads a read', mixed('mongoReadsPerRead'), '≤', 0.1, formatNumber],
    ['mixed: stale answers', mostStale(many('mixed')), '≤', 0, String],
    [
      `sign-ups/s, ${QUOTA_WORKERS} workers at a quota / ${QUOTA_WORKERS} × 1`,
      quotaShare(results),
      '≥',
      0.85,
      formatPercent,
    ],
  ];
  return rows.map(([name, measured, bound, limit, format]) => {
    const isReached = bound === '≥' ? measured >= limit : measured <= limit;
    const isMeasured = Number.isFinite(measured + limit);
    return {
      name,
      aim: Number.isFinite(limit) ? `${bound} ${format(limit)}` : '–',
      measured,
      shown: Number.isFinite(measured) ? format(measured) : '–',
      state: !isMeasured ? 'not measured' : isReached ? 'reached' : 'not reached',
    };
  });
}

/** One stale answer in any round is one too many, and a median would hide it. */
function mostStale(series: Series | undefined): number {
  const counts = valuesOf(series, figureOf('stale'));
  return counts.length > 0 ? Math.max(...counts) : NaN;
}

function quotaShare({ curves }: BenchResults): number {
  const points = curves.find(({ scenario }) => scenario === 'sign-up')?.points ?? [];
  const rate = (count: number) => median(points.find(({ workers }) => workers === count)?.perSecond ?? []);
  return rate(QUOTA_WORKERS) / (QUOTA_WORKERS * rate(1));
}
