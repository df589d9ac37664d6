import { formatNumber, formatSpread, formatTable, formatTimes } from '../../../bench/reports/format';

describe('figures', () => {
  it('have three digits, or all of those before the point', () => {
    expect([0, 0.123, 12.34, 1_480.4, NaN].map(formatNumber)).toEqual(['0', '0.12', '12.3', '1,480', '–']);
    expect([1.944, 106.7, NaN].map(formatTimes)).toEqual(['1.94 ×', '107 ×', '–']);
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
