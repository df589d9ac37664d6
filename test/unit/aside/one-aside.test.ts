import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { createOneAside } from '../../../src/aside/one-aside';
import { newFolder } from '../../support/folder';

let folder: string;

beforeEach(() => (folder = newFolder()));

const takenBy = (pid: number) => writeFileSync(path.join(folder, 'aside.lock'), String(pid));

describe('the lock of the worker that is aside', () => {
  it('is refused to other workers while its holder lives', () => {
    takenBy(process.ppid);
    const place = createOneAside(folder);
    expect(place.take()).toBe(false);
    // Another worker cannot release it.
    place.leave();
    expect(place.take()).toBe(false);
  });

  it('is taken over from a killed worker', () => {
    takenBy(spawnSync(process.execPath, ['-e', '']).pid);
    expect(createOneAside(folder).take()).toBe(true);
  });

  it('is free after its holder leaves', () => {
    const place = createOneAside(folder);
    expect([place.take(), place.take()]).toEqual([true, true]);
    place.leave();
    takenBy(process.ppid);
    expect(place.take()).toBe(false);
  });
});
