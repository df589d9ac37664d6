import fs from 'node:fs';
import path from 'node:path';
import { openFolder } from '../../../ops/stack/open-folder';
import { newFolder } from '../../support/folder';

const folder = newFolder();
const clone = path.join(folder, 'clone');
const modeOf = (name: string) => (fs.statSync(name).mode & 0o777).toString(8);
beforeAll(() => fs.mkdirSync(clone));

describe('the data folder', () => {
  it.each(['clone/.local', 'my data'])('is made for its owner alone: %s', (name) => {
    const made = openFolder(clone, path.join(folder, name));
    expect(modeOf(made)).toBe('700');
    expect(openFolder(clone, made)).toBe(made);
  });

  it('is closed to other users within the clone', () => {
    const open = path.join(clone, 'open');
    fs.mkdirSync(open);
    fs.chmodSync(open, 0o755);
    expect(modeOf(openFolder(clone, open))).toBe('700');
  });

  it('is refused, and left as it is, if other users can read it outside of the clone', () => {
    const open = path.join(folder, 'an open one');
    fs.mkdirSync(open);
    fs.chmodSync(open, 0o750);
    expect(() => openFolder(clone, open)).toThrow(
      /\(mode 750\)[^]*Close it: chmod 700 '.*an open one'\n.*DATA_DIR/,
    );
    expect(modeOf(open)).toBe('750');
  });
});
