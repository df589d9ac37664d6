import { median } from '../figures/statistics';
import type { BenchResults, Series } from '../store/result-types';
import { formatNumber, formatPercent, formatTimes } from './format';
import { meanOf, middleOf, p99Of, pairOf, perSecondOf, shareOfRaw } from './select';

export interface Aim {
  name: string;
  aim: string;
  /** A ratio of medians, or a figure's median; NaN where it wasn't measured. */
  measured: number;
  shown: string;
  state: 'reached' | 'not reached' | 'not measured';
}

type Bound = { atLeast: number } | { atMost: number };
type Format = (value: number) => string;

function makeAim(name: string, measured: number, bound: Bound, format: Format): Aim {
  const [limit, reached, words] =
    'atLeast' in bound
      ? [bound.atLeast, measured >= bound.atLeast, '≥']
      : [bound.atMost, measured <= bound.atMost, '≤'];
  const state = !Number.isFinite(measured + limit) ? 'not measured' : reached ? 'reached' : 'not reached';
  return {
    name,
    aim: Number.isFinite(limit) ? `${words} ${format(limit)}` : '–',
    measured,
    shown: Number.isFinite(measured) ? format(measured) : '–',
    state,
  };
}

/** Of the raw limit, at least, by scenario. */
export const RAW_AIMS = { 'sign-up': 0.9, 'cached-read': 0.75, list: 0.6 };

const QUOTA_HELD = 16;

/** What this project wants to reach, and what it does: by medians. */
export function judgeAims(results: BenchResults): Aim[] {
  const signUp = pairOf(results, 'sign-up');
  const workers = signUp.many?.setup.workers ?? 2;
  const times = (figureOf: typeof perSecondOf) =>
    middleOf(signUp.many, figureOf) / middleOf(signUp.one, figureOf);
  const many = (scenario: string) => pairOf(results, scenario).many;
  const share = (scenario: string) => shareOfRaw(results, many(scenario));
  const ofRaw = (name: string, scenario: keyof typeof RAW_AIMS) =>
    makeAim(name, share(scenario), { atLeast: RAW_AIMS[scenario] }, formatPercent);
  const storm = (part: string) => middleOf(pairOf(results, 'reads-in-storm', part).many, p99Of);
  const mixed = (figure: 'hitShare' | 'mongoReadsPerRead' | 'stale') =>
    middleOf(many('mixed'), ({ figures }) => figures[figure]);
  const against = `${workers} workers / 1`;
  return [
    ofRaw('sign-ups/s of the cluster / bcrypt alone', 'sign-up'),
    // 1.9 × and 0.55 × for two.
    makeAim(`sign-ups/s, ${against}`, times(perSecondOf), { atLeast: 0.95 * workers }, formatTimes),
    makeAim(`mean latency of sign-ups, ${against}`, times(meanOf), { atMost: 1.1 / workers }, formatTimes),
    ofRaw('cached reads / bare Express', 'cached-read'),
    makeAim(
      '304 / bare Express, as near as cached reads',
      share('conditional-read'),
      { atLeast: share('cached-read') },
      formatPercent,
    ),
    ofRaw('list of 20 / bare Express', 'list'),
    makeAim('p99 of reads, storm / idle', storm('storm') / storm('idle'), { atMost: 2 }, formatTimes),
    makeAim('mixed: reads from the cache', mixed('hitShare'), { atLeast: 0.95 }, formatPercent),
    makeAim('mixed: MongoDB reads a read', mixed('mongoReadsPerRead'), { atMost: 0.1 }, formatNumber),
    makeAim('mixed: stale answers', mostStale(many('mixed')), { atMost: 0 }, String),
    makeAim(
      `sign-ups/s, ${QUOTA_HELD} workers at a quota / ${QUOTA_HELD} × 1`,
      quotaHeldShare(results),
      { atLeast: 0.85 },
      formatPercent,
    ),
  ];
}

/** Of any round: one is one too many, which a median would hide. */
function mostStale(series: Series | undefined): number {
  const told = (series?.runs ?? []).flatMap(({ figures }) => figures.stale ?? []);
  return told.length > 0 ? Math.max(...told) : NaN;
}

function quotaHeldShare({ curves }: BenchResults): number {
  const points = curves.find(({ scenario }) => scenario === 'sign-up')?.points ?? [];
  const rate = (count: number) => median(points.find(({ workers }) => workers === count)?.perSecond ?? []);
  return rate(QUOTA_HELD) / (QUOTA_HELD * rate(1));
}
