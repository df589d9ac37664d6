import { readRange } from '../../../ops/autoscale/range';

describe('AUTOSCALE', () => {
  it('is off if unset', () => expect(readRange({}, 2)).toEqual({ range: undefined }));

  it('is bounded by the cores, unless more are allowed', () => {
    expect(readRange({ AUTOSCALE: '1-4' }, 4)).toEqual({ range: { least: 1, most: 4 } });
    const { range, warning } = readRange({ AUTOSCALE: '3-6' }, 2);
    expect(range).toEqual({ least: 2, most: 2 });
    expect(warning).toBe(
      'AUTOSCALE is 3-6, and this host has 2 cores: it scales from 2 to 2. AUTOSCALE_ABOVE_CORES=true allows more.',
    );
    const allowed = readRange({ AUTOSCALE: '3-6', AUTOSCALE_ABOVE_CORES: 'true' }, 2);
    expect(allowed).toEqual({ range: { least: 3, most: 6 } });
  });

  it.each(['4', '0-2', '3-2', '1-17', '1 - 2', '-1-2'])('refuses %s', (value) => {
    expect(() => readRange({ AUTOSCALE: value }, 2)).toThrow(
      `AUTOSCALE is "${value}"; it can be a range within 1-16, such as 1-4.`,
    );
  });
});
