import {
  countOf,
  describeStatuses,
  isDone,
  isFailure,
  isRefusal,
  rateDone,
  timesOf,
} from '../../../ops/drill/overload/figures';
import { p99 } from '../../../src/lib/percentile';
import { atLeast, atMost, formatTable, info, perSecond } from '../../../ops/drill/overload/table';
import { sentOf } from './support/sent';

/** One answer each half second: due, took and status. */
const sent = sentOf({
  read: [
    [0, 100, 200],
    [500, 900, 200],
    [1_000, 200, 503],
    [1_500, 300, 0],
    [2_000, 10, 200],
  ],
});

describe('the figures of an overload', () => {
  it('choose answers by when their requests were due, and by status', () => {
    expect(timesOf(sent, 'read', { begins: 0.5, ends: 2 })).toEqual([900, 200, 300]);
    expect(timesOf(sent, 'read', { begins: 0.5 }, isDone)).toEqual([900, 10]);
    expect(countOf(sent, ['read', 'unknown'], isRefusal)).toBe(1);
    expect(countOf(sent, ['read'], isFailure)).toBe(1);
  });

  it('count successes in the second in which they ended', () => {
    expect(rateDone(sent, ['read'], { begins: 0, ends: 1 })).toBe(1);
    expect(rateDone(sent, ['read'], { begins: 1, ends: 3 })).toBe(1);
  });

  it('list statuses, and requests without an answer by that name', () => {
    expect(describeStatuses(sent, ['read'])).toBe('no answer × 1, 200 × 3, 503 × 1');
  });
});

describe('the table of an overload', () => {
  const rows = [
    info('capacity', perSecond(1_234.5)),
    atMost('reads p99, idle (else the machine is too busy)', 12_345, 100),
    atLeast('creates done', 401, 320),
    atMost('refusals p99', p99([]), 50),
  ];

  it('marks what holds, and what does not because nothing came', () => {
    expect(rows.map(({ holds }) => holds)).toEqual([undefined, false, true, false]);
    const marks = formatTable('writes', rows)
      .split('\n')
      .map((line) => line.at(-1));
    expect(marks).toEqual(['m', 's', '✗', '✓', '✗']);
  });

  it('fits into a terminal', () => {
    const lines = formatTable('writes', rows).split('\n');
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
  });
});
