import { runPlan } from '../../../bench/commands/plan-command';
import { capture, useResultFolder } from './support/captured';
import { buildCurve, buildResults } from './support/results';

const { folder, save } = useResultFolder();
const NEVER = '/nowhere/at/all';

const plan = (...args: string[]) => capture(() => runPlan(args, [NEVER, folder]));

beforeAll(() => {
  save(
    'old.json',
    buildResults({
      startedAt: '2025-01-01T00:00:00.000Z',
      curves: [buildCurve('list', { lambda: 1, sigma: 0, kappa: 0 })],
    }),
  );
  save('newest-with-a-curve.json', buildResults());
  save('without-a-curve.json', buildResults({ startedAt: '2026-02-01T00:00:00.000Z', curves: [] }));
  save('of-another-format.json', { startedAt: '2026-03-01T00:00:00.000Z' });
  save('broken.json', '{');
});

describe('the plan', () => {
  it('counts workers with a core each, at 70 % load, from one worker and the newest curve', () => {
    const { status, out } = plan('--rps', '5000', '--scenario', 'cached-read');
    expect(status).toBe(0);
    // 2,450 × 4 / (1 + 0.03 × 3 + 0.003 × 12) = 8,703, of which 70 % is more than 5,000.
    expect(out).toContain('cached read at 5,000/s: 4 workers, with a core each (57 % load');
    expect(out).toMatch(/^\| 3 +\| +6,\d{3} \| +7\d % \|$/m);
    expect(out).toMatch(/^\| 4 +\| +8,703 \| +57 % \|$/m);
    expect(out).toContain('newest-with-a-curve.json, 2026-01-02');
    expect(out).toContain('2,450 (2,401–2,524)/s, measured in the same bench');
    expect(out).toContain('6 points, 1 to 16 workers at 0.1 of a core');
    expect(out).not.toContain('beyond the curve');
  });

  it('exits with 1 if no number of workers reaches the rate, and prints the most', () => {
    const { status, out } = plan('--rps', '50000', '--scenario', 'cached-read');
    expect(status).toBe(1);
    expect(out).toMatch(
      /no number of workers reaches it by this fit; the most is 18,1\d\d\/s, with 18\.0 workers/,
    );
  });

  it('reports a rate that is reached without headroom only', () => {
    const { status, out } = plan('--rps', '15000', '--scenario', 'cached-read');
    expect(status).toBe(0);
    expect(out).toMatch(/: 9 workers just reach it, but not at 70 % load/);
  });

  it('warns if the answer lies beyond the measured workers', () => {
    const { out } = plan('--rps', '200', '--scenario', 'sign-up');
    expect(out).toContain('More than 16 workers were not measured');
  });

  it('takes the throughput of one worker from the curve if none was measured with a core of its own', () => {
    const file = save(
      'curve-alone.json',
      buildResults({ startedAt: '2025-02-01T00:00:00.000Z', series: [] }),
    );
    const { out } = plan('--rps', '20', '--scenario', 'sign-up', '--file', file);
    expect(out).toContain('12.5/s, calculated from 0.1 of a core');
    expect(out).toContain('sign-up at 20.0/s: 3 workers');
  });
});

describe('a plan that cannot be made', () => {
  it('names the scenarios that have a curve', () => {
    const { status, err } = plan('--rps', '5', '--scenario', 'nothing');
    expect(status).toBe(2);
    expect(err).toContain('newest-with-a-curve.json has curves of cached-read, sign-up.');
    expect(plan('--rps', '5').err).toContain('--scenario is needed: ');
  });

  it('names the command that measures a curve', () => {
    const none = capture(() => runPlan(['--rps', '5', '--scenario', 'sign-up'], [NEVER]));
    expect(none).toMatchObject({ status: 2, out: '' });
    expect(none.err).toContain('a complete `npm run bench` measures one');
  });

  it.each([[['--scenario', 'list']], [['--rps', 'many']], [['--rps', '-5']], [['--what']]])(
    'refuses %j',
    (args) => {
      const { status, err } = plan(...args);
      expect(status).toBe(2);
      expect(err).toContain('npx taskfleet bench plan [options]');
    },
  );

  it('prints its usage with --help', () => {
    expect(plan('--help')).toMatchObject({ status: 0, err: '' });
    expect(plan('--help').out).toContain('npx taskfleet bench plan [options]');
  });
});
