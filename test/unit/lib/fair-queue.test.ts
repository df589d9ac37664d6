import { createFairQueue } from '../../../src/lib/fair-queue';

const drain = (queue: ReturnType<typeof createFairQueue<string>>) => {
  const items: string[] = [];
  for (let item = queue.shift(); item; item = queue.shift()) items.push(item);
  return items;
};

describe('the fair queue', () => {
  it('returns one item of each key in turn, and the items of a key in order', () => {
    const queue = createFairQueue<string>();
    for (const item of ['a1', 'a2', 'a3', 'b1', 'c1', 'b2']) queue.push(item[0]!, item);
    expect(queue.size()).toBe(6);
    expect(drain(queue)).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3']);
    expect(queue.size()).toBe(0);
  });

  it('serves a late key after one item of each other key', () => {
    const queue = createFairQueue<string>();
    for (const item of ['a1', 'a2', 'a3', 'b1', 'b2', 'b3']) queue.push(item[0]!, item);
    expect([queue.shift(), queue.shift(), queue.shift()]).toEqual(['a1', 'b1', 'a2']);
    queue.push('c', 'c1');
    expect(drain(queue)).toEqual(['b2', 'a3', 'c1', 'b3']);
  });

  it('starves no key while others come back every turn', () => {
    const queue = createFairQueue<string>();
    for (const item of ['many', 'many', 'many', 'one', 'other']) queue.push(item, item);
    const served = Array.from({ length: 9 }, () => {
      const item = queue.shift()!;
      if (item !== 'many') queue.push(item, item);
      return item;
    });
    expect(served.filter((item) => item === 'many')).toHaveLength(3);
  });
});
