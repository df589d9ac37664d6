import { batchReads } from '../../../src/infra/redis/redis';

const echo = jest.fn(async (keys: string[]) => keys.map((key) => `value of ${key}`));
beforeEach(() => echo.mockClear());

describe('a batch of reads', () => {
  it('sends the reads of one turn as one command, and returns each caller its own values', async () => {
    const read = batchReads(echo);
    const [one, two] = await Promise.all([read(['a', 'b']), read(['c'])]);
    expect(one).toEqual(['value of a', 'value of b']);
    expect(two).toEqual(['value of c']);
    expect(echo.mock.calls).toEqual([[['a', 'b', 'c']]]);
    expect(await read(['d'])).toEqual(['value of d']);
    expect(echo).toHaveBeenCalledTimes(2);
  });

  it('bounds the keys of a command', async () => {
    const read = batchReads(echo);
    await Promise.all(Array.from({ length: 500 }, (_, index) => read([`a${index}`, `b${index}`])));
    expect(echo.mock.calls.length).toBeGreaterThan(3);
    for (const [keys] of echo.mock.calls) expect(keys.length).toBeLessThanOrEqual(301);
    expect(echo.mock.calls.flat(2).length).toBe(1_000);
  });

  it('rejects all callers after a failure, and goes on', async () => {
    const read = batchReads(echo);
    echo.mockRejectedValueOnce(new Error('away'));
    const answers = await Promise.allSettled([read(['a']), read(['b'])]);
    expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await read(['c'])).toEqual(['value of c']);
  });
});
