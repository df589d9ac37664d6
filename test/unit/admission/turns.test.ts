import { setTimeout as sleep } from 'node:timers/promises';
import { createFairTurns } from '../../../src/admission/turns';

describe('work in turn', () => {
  it('runs one at a time, and goes on after a failure', async () => {
    const inTurn = createFairTurns();
    let running = 0;
    const most: number[] = [];
    const work = (fails: boolean) => async () => {
      most.push((running += 1));
      await sleep(2);
      running -= 1;
      if (fails) throw new Error('This one fails');
      return 'done';
    };
    const ends = await Promise.allSettled(
      ['a', 'a', 'b', 'c', 'a', 'b'].map((key, index) => inTurn(key, work(index % 2 === 0))),
    );
    expect(ends.map(({ status }) => status)).toEqual([
      'rejected',
      'fulfilled',
      'rejected',
      'fulfilled',
      'rejected',
      'fulfilled',
    ]);
    expect(Math.max(...most)).toBe(1);
  });

  it('lets another key in after one piece of a key with many', async () => {
    const inTurn = createFairTurns();
    const order: string[] = [];
    const work = (name: string) => async () => {
      await sleep(1);
      order.push(name);
    };
    const all = [1, 2, 3, 4].map((count) => inTurn('greedy', work(`greedy ${count}`)));
    await Promise.all([...all, inTurn('other', work('other'))]);
    expect(order).toEqual(['greedy 1', 'other', 'greedy 2', 'greedy 3', 'greedy 4']);
  });

  it('is refused if its turn comes too late, without affecting later work', async () => {
    const inTurn = createFairTurns(20);
    const first = inTurn('a', () => sleep(60));
    const late = jest.fn(() => Promise.resolve());
    await expect(inTurn('b', late)).rejects.toMatchObject({ status: 503 });
    await first;
    expect(late).not.toHaveBeenCalled();
    await expect(inTurn('b', () => Promise.resolve('done'))).resolves.toBe('done');
  });
});
