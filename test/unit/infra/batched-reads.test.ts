import { batchReads } from '../../../src/infra/redis/batched-reads';

const echo = jest.fn(async (keys: string[], _of: string) => keys.map((key) => `value of ${key}`));
beforeEach(() => echo.mockClear());
const openBatch = () => {
  const read = batchReads<string>(echo);
  return (keys: string[], of = 'one') => read(keys, of);
};

describe('a batch of reads', () => {
  it('sends the reads of one turn as one command, and returns each caller its own values', async () => {
    const read = openBatch();
    const [one, two] = await Promise.all([read(['a', 'b']), read(['c'])]);
    expect(one).toEqual(['value of a', 'value of b']);
    expect(two).toEqual(['value of c']);
    expect(echo.mock.calls).toEqual([[['a', 'b', 'c'], 'one']]);
    expect(await read(['d'])).toEqual(['value of d']);
    expect(echo).toHaveBeenCalledTimes(2);
  });

  it('sends reads of two servers apart', async () => {
    const read = openBatch();
    const answers = await Promise.all([read(['a']), read(['b'], 'other'), read(['c'], 'other')]);
    expect(answers.flat()).toEqual(['value of a', 'value of b', 'value of c']);
    expect(echo.mock.calls).toEqual([
      [['a'], 'one'],
      [['b', 'c'], 'other'],
    ]);
  });

  it('bounds the keys of a command', async () => {
    const read = openBatch();
    await Promise.all(Array.from({ length: 500 }, (_, index) => read([`a${index}`, `b${index}`])));
    expect(echo.mock.calls.length).toBeGreaterThan(3);
    for (const [keys] of echo.mock.calls) expect(keys.length).toBeLessThanOrEqual(301);
    expect(echo.mock.calls.flatMap(([keys]) => keys).length).toBe(1_000);
  });

  it('rejects all callers after a failure, and goes on', async () => {
    const read = openBatch();
    echo.mockRejectedValueOnce(new Error('away'));
    const answers = await Promise.allSettled([read(['a']), read(['b'])]);
    expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await read(['c'])).toEqual(['value of c']);
  });
});
