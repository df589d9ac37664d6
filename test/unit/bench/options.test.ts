import { parseOptions } from '../../../tools/command/bench-options';
import { selectedNames } from '../../../bench/rounds/schedule';
import { commands } from '../../../tools/command/bench-commands';
import { formatHelp } from '../../../src/command-line/arguments';
import { UsageError } from '../../../src/command-line/convention';

describe('options of the bench', () => {
  it('measure everything but the memory by default', () => {
    const options = parseOptions([]);
    const only = selectedNames(options);
    expect(only).toEqual(expect.arrayContaining(['sign-up', 'mixed', 'scaling', 'slowed-worker']));
    expect(only).not.toContain('memory');
    expect(options).toMatchObject({
      seconds: 10,
      rounds: 3,
      connections: 32,
      hashConnections: 10,
      requests: 1_000_000,
    });
    expect(options).toMatchObject({ workers: undefined, balancings: undefined, caches: undefined });
  });

  it('shorten with --quick, and select what --only names', () => {
    const quick = parseOptions(['--quick']);
    expect(quick).toMatchObject({ quick: true, seconds: 3, rounds: 1 });
    expect(selectedNames(quick)).not.toContain('heavy-job');
    expect(selectedNames(quick)).not.toContain('scaling');
    expect(parseOptions(['--quick', '--seconds', '5'])).toMatchObject({ seconds: 5, rounds: 1 });
    expect(parseOptions(['--only', 'list,memory']).only).toEqual(['list', 'memory']);
    expect(parseOptions(['--workers', '4', '--connections', '20', '--requests', '5000'])).toMatchObject({
      workers: 4,
      connections: 20,
      hashConnections: 20,
      requests: 5_000,
    });
  });

  it('choose the balancing and the cache', () => {
    const all = ['round-robin', 'least-connections', 'response-time'];
    expect(parseOptions(['--balancing', 'all']).balancings).toEqual(all);
    expect(parseOptions(['--balancing', 'response-time']).balancings).toEqual(['response-time']);
    expect(parseOptions(['--cache', 'off']).caches).toEqual([false]);
    expect(parseOptions(['--cache', 'both']).caches).toEqual([true, false]);
  });

  it('are explained within 80 columns', () => {
    expect(
      formatHelp(commands.bench)
        .split('\n')
        .filter((line) => line.length > 80),
    ).toEqual([]);
  });

  it.each([
    ['--only', 'nothing'],
    ['--only', 'list,'],
    ['--seconds', '0'],
    ['--rounds', 'many'],
    ['--workers', '1'],
    ['--balancing', 'random'],
    ['--cache', 'constructor'],
    ['--unknown'],
    ['more'],
  ])('refuse %s %s', (...args) => {
    expect(() => parseOptions(args)).toThrow(UsageError);
  });
});
