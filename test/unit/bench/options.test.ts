import { parseOptions, USAGE, UsageError } from '../../../bench/options';
import { requireLoopback } from '../../../bench/loopback';

describe('options of the bench', () => {
  it('measures everything by default', () => {
    expect(parseOptions([])).toMatchObject({ scenarios: ['signup', 'reads'], seconds: 10, rounds: 3 });
  });

  it('is short where asked to be, and takes what is named', () => {
    expect(parseOptions(['--quick'])).toMatchObject({ quick: true, seconds: 3, rounds: 2 });
    expect(parseOptions(['--quick', '--seconds', '5'])).toMatchObject({ seconds: 5, rounds: 2 });
    expect(parseOptions(['--only', 'reads'])).toMatchObject({ scenarios: ['reads'] });
  });

  it('are explained within 80 columns', () => {
    expect(USAGE.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  it.each([['--only', 'nothing'], ['--seconds', '0'], ['--rounds', 'many'], ['--unknown'], ['more']])(
    'refuses %s %s',
    (...args) => {
      expect(() => parseOptions(args)).toThrow(UsageError);
    },
  );
});

describe('load', () => {
  it('goes to this machine alone', () => {
    expect(() => requireLoopback('http://127.0.0.1:3400')).not.toThrow();
    expect(() => requireLoopback('http://example.com')).toThrow('example.com');
    expect(() => requireLoopback('http://127.0.0.1.example.com')).toThrow();
  });
});
