import { formatNumber, formatSpread, formatTimes } from '../../../bench/reports/format';
import { formatTable } from '../../../tools/report/markdown';

describe('figures', () => {
  it('have three digits, or all of those before the point', () => {
    expect([0, 0.123, 12.34, 1_480.4, NaN].map(formatNumber)).toEqual(['0', '0.12', '12.3', '1,480', '–']);
    expect([1.944, 106.7, NaN].map(formatTimes)).toEqual(['1.94 ×', '107 ×', '–']);
  });

  it('have the range of the rounds if there is one', () => {
    expect(formatSpread({ median: 12, min: 12, max: 12 })).toBe('12.0');
    expect(formatSpread({ median: 12, min: 11.5, max: 13 })).toBe('12.0 (11.5–13.0)');
  });

  it('are aligned right in a table, and text is aligned left', () => {
    const rows = [
      ['one', '5'],
      ['a|b', '1,234'],
    ];
    expect(formatTable({ head: ['', 'n'], rows })).toBe(
      ['|      |     n |', '| ---- | ----: |', '| one  |     5 |', '| a\\|b | 1,234 |'].join('\n'),
    );
  });
});
