import { parseMachine, parseStat } from '../../../bench/figures/cpu-time';

describe('CPU time', () => {
  it('is read from /proc/PID/stat for any name of a process', () => {
    const line = '4711 (node) (x) R) S 12 4711 4711 0 -1 4194304 1 2 3 4 250 50 9 9 20 0 11 0 123';
    expect(parseStat(line)).toEqual({ parent: 12, seconds: 3 });
  });

  it('of the machine excludes waiting, and counts stolen time apart', () => {
    const text = 'cpu  100 20 30 9999 888 4 6 40 0 0\ncpu0 1 2 3\n';
    expect(parseMachine(text)).toEqual({ busy: 1.6, stolen: 0.4 });
  });
});
