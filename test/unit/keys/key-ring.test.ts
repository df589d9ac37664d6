import { renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { keyOf, parseKeys } from '../../../src/keys/key-list';
import { perKey, watchKeys } from '../../../src/keys/key-ring';
import { newFolder } from '../../support/folder';
import { eventually } from '../../support/wait';

const [A, B] = ['a'.repeat(32), 'b'.repeat(32)];

describe('the keys of a file', () => {
  function watch(text: string) {
    const file = path.join(newFolder(), 'keys');
    const write = (next: string) => {
      writeFileSync(`${file}.tmp`, next);
      renameSync(`${file}.tmp`, file);
    };
    write(text);
    const news: (string | undefined)[] = [];
    const ring = watchKeys({ file, keys: parseKeys(text).keys, onChange: (fault) => news.push(fault) });
    return { ring, write, news };
  }

  it('are in force soon after the file has changed, and those of before stay while it is wrong', async () => {
    const { ring, write, news } = watch(A);
    try {
      write(`${B},${A}`);
      await eventually(() => ring.current().secret === B);
      expect(ring.known().map(({ secret }) => secret)).toEqual([B, A]);
      write('short');
      await eventually(() => news.length > 1);
      expect(news).toEqual([undefined, expect.stringContaining('keys key 1 is too short')]);
      expect(ring.current().secret).toBe(B);
      write(A);
      await eventually(() => ring.current().secret === A);
    } finally {
      ring.close();
    }
  });
});

it('derives something once for each key', () => {
  let count = 0;
  const derived = perKey((secret) => `${secret} ${(count += 1)}`);
  const key = keyOf(A);
  expect([derived(key), derived(key), derived(keyOf(B))]).toEqual([`${A} 1`, `${A} 1`, `${B} 2`]);
});
