import { describe as describeOutcomes, type Outcome } from '../../../ops/drill/swarm/outcomes';
import { formatTimeline } from '../../../ops/drill/swarm/timeline';

const outcome = (at: number, more: Partial<Outcome> = {}): Outcome => ({
  at,
  host: 'host1',
  kind: 'read',
  result: 'ok',
  ms: 5,
  ...more,
});

describe('the drill of a Swarm', () => {
  it('counts what failed and what may have taken effect, and neither what was refused', () => {
    const outcomes = [
      outcome(0),
      outcome(1, { kind: 'create', result: 'unknown', why: '502' }),
      outcome(2, { kind: 'create', result: 'unknown', why: '502' }),
      outcome(3, { kind: 'read', result: 'failed', why: '404' }),
      outcome(4, { result: 'refused', why: '503' }),
    ];
    expect(describeOutcomes(outcomes)).toBe(
      '3 of 5 failed (2 × create 502, 1 × read 404), 1 refused for overload',
    );
    expect(describeOutcomes([outcome(0)])).toBe('0 of 1 failed');
  });

  it('draws a timeline with each fault by name', () => {
    const rows = [{ what: 'rolling updates', measured: '0 of 9 failed', aim: '0 failed', holds: true }];
    const marks = [{ name: 'link cut', from: 10, to: 70 }];
    const outcomes = Array.from({ length: 100 }, (_, at) =>
      outcome(at, { result: at === 20 ? 'unknown' : 'ok' }),
    );
    const page = formatTimeline(rows, outcomes, marks, '2026-11-27 14:00');
    expect(page).toContain('<td class="good">reached</td>');
    // In the drawing and in its table.
    expect(page.match(/link cut/g)!.length).toBeGreaterThanOrEqual(3);
    expect(page).toContain('p99 of reads');
  });

  it('draws a timeline on which nothing was sent', () => {
    expect(formatTimeline([], [], [], 'empty')).toContain('<svg');
  });
});
