import { tryAgain, type Outcome } from '../../../ops/tests/run-jest';

const outcome = (given: Partial<Outcome>): Outcome => ({
  passed: 9,
  failed: 0,
  problems: [],
  failedSuites: [],
  slowest: [],
  ...given,
});
const failing = outcome({ failed: 1, problems: ['test/a.test.ts: adds'], failedSuites: ['test/a.test.ts'] });
const runs: string[][] = [];
const runWith = (result: Outcome) => (args: string[]) => {
  runs.push(args);
  return Promise.resolve(result);
};

beforeAll(() => jest.spyOn(console, 'log').mockImplementation(() => {}));
beforeEach(() => void (runs.length = 0));

describe('suites that failed beside others', () => {
  it('run once more alone, and are named as flaky if they pass', async () => {
    await expect(tryAgain(failing, runWith(outcome({})))).resolves.toMatchObject({ passed: 10, failed: 0 });
    expect(runs).toEqual([['--runInBand', 'test/a.test.ts']]);
    expect(console.log).toHaveBeenLastCalledWith(expect.stringContaining('test/a.test.ts: adds'));
  });

  it('stay failed if they fail again', async () => {
    await expect(tryAgain(failing, runWith(failing))).resolves.toBe(failing);
  });

  it.each([
    ['nothing failed', outcome({})],
    [
      'many failed',
      { ...failing, failedSuites: ['a', 'b', 'c', 'd'], problems: ['a: x', 'b: x', 'c: x', 'd: x'] },
    ],
    [
      'a suite was cut',
      { ...failing, failed: 2, problems: [...failing.problems, 'test/b.test.ts: cut after 9 s'] },
    ],
  ])('do not run again if %s', async (_why, first) => {
    await expect(tryAgain(first, runWith(outcome({})))).resolves.toBe(first);
    expect(runs).toEqual([]);
  });
});
