import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { replaceFile } from '../../../src/lib/replace-file';
import { newFolder } from '../../support/folder';

describe('a file that is replaced', () => {
  const folder = newFolder();
  const file = path.join(folder, 'secret');
  const modeOf = () => statSync(file).mode & 0o777;

  it('belongs to its owner alone, whoever could read the old one, and leaves nothing beside it', () => {
    writeFileSync(file, 'old');
    chmodSync(file, 0o644);
    const before = statSync(file).ino;
    writeFileSync(`${file}.${process.pid}.tmp`, 'of a killed process');
    replaceFile(file, 'new');
    expect([readFileSync(file, 'utf8'), modeOf()]).toEqual(['new', 0o600]);
    expect(statSync(file).ino).not.toBe(before);
    replaceFile(file, 'open', 0o640);
    expect(modeOf()).toBe(0o640);
    expect(readdirSync(folder)).toEqual(['secret']);
  });

  it('stays as it was if it cannot be replaced', () => {
    const taken = path.join(folder, 'taken');
    mkdirSync(path.join(taken, 'full'), { recursive: true });
    expect(() => replaceFile(taken, 'x')).toThrow(/EISDIR|ENOTEMPTY|EEXIST/);
    expect(existsSync(path.join(taken, 'full'))).toBe(true);
    expect(readdirSync(folder).sort()).toEqual(['secret', 'taken']);
  });
});
