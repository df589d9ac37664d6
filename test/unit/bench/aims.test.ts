import { judgeAims } from '../../../bench/reports/aims';
import { buildResults, seriesOf } from './support/results';

const aimOf = (results: ReturnType<typeof buildResults>, name: RegExp) => {
  const found = judgeAims(results).find((aim) => name.test(aim.name));
  if (!found) throw new Error(`no aim ${name.source}`);
  return found;
};

describe('aims', () => {
  it('are judged by ratios of medians', () => {
    const results = buildResults();
    expect(judgeAims(results).map(({ state }) => state)).toEqual(Array(11).fill('reached'));
    expect(aimOf(results, /bcrypt alone/).measured).toBeCloseTo(24.2 / 25.6);
    expect(aimOf(results, /^sign-ups\/s, 2 workers/).measured).toBeCloseTo(24.2 / 12.5);
    expect(aimOf(results, /cached reads \/ bare Express/).measured).toBeCloseTo(4_300 / 5_500);
    expect(aimOf(results, /^304/)).toMatchObject({ aim: '≥ 78 %', shown: '80 %' });
    expect(aimOf(results, /list/).measured).toBeCloseTo(2_700 / 4_100);
    expect(aimOf(results, /p99/).measured).toBeCloseTo(11 / 6);
    expect(aimOf(results, /16 workers/).measured).toBeCloseTo(1 / (1 + 0.008 * 15));
  });

  it('are missed by too much or too little, and by one stale answer in any round', () => {
    const results = buildResults();
    for (const run of seriesOf(results, 'cached-read').runs) run.perSecond *= 0.9;
    for (const run of seriesOf(results, 'reads-in-storm', 2, 'storm').runs) run.p99Ms *= 1.2;
    seriesOf(results, 'mixed').runs[1]!.figures.stale = 1;
    const missed = judgeAims(results).filter(({ state }) => state === 'not reached');
    expect(missed.map(({ name, shown }) => `${name}: ${shown}`)).toEqual([
      'cached reads / bare Express: 70 %',
      'p99 of reads, storm / idle: 2.20 ×',
      'mixed: stale answers: 1',
    ]);
  });

  it('grow with the number of workers', () => {
    const results = buildResults();
    seriesOf(results, 'sign-up').setup = { ...seriesOf(results, 'sign-up').setup, workers: 8 };
    expect(aimOf(results, /^sign-ups\/s, 8 workers/)).toMatchObject({
      aim: '≥ 7.60 ×',
      state: 'not reached',
    });
  });

  it('report what was not measured', () => {
    const states = judgeAims(buildResults({ raw: [], series: [], curves: [] })).map(({ state }) => state);
    expect(new Set(states)).toEqual(new Set(['not measured']));
  });
});
