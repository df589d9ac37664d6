import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.join(__dirname, '..', '..', '..', 'scripts');
const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.js'));
const read = (name: string) => readFileSync(path.join(root, name), 'utf8');
const words = (list: string) =>
  list
    .split(',')
    .map((part) => part.split(':')[0]!.trim())
    .filter(Boolean);

describe('a script', () => {
  /** The compiler doesn't look at the commands, and to load one is to run it. */
  it.each(files)('%s takes only what is there', (name) => {
    const missing = [...read(name).matchAll(/const \{([^}]+)\} = require\('(\.[^']+)'\)/g)].flatMap(
      ([, taken, from]) => {
        const target = path.relative(root, require.resolve(path.resolve(root, path.dirname(name), from!)));
        const exported = /module\.exports = \{([^]*?)\};/.exec(read(target))?.[1];
        return exported === undefined ? [] : words(taken!).filter((word) => !words(exported).includes(word));
      },
    );
    expect(missing).toEqual([]);
  });
});
