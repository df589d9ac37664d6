import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createOneAside } from '../../../src/aside/one-aside';

let folder: string;

beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'taskfleet-aside-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const takenBy = (pid: number) => writeFileSync(path.join(folder, 'aside.lock'), String(pid));

describe('the place of the worker that stands aside', () => {
  it('refuses the place to others while its worker lives', () => {
    takenBy(process.ppid);
    const place = createOneAside(folder);
    expect(place.take()).toBe(false);
    // It was not this worker's to give up.
    place.leave();
    expect(place.take()).toBe(false);
  });

  it('takes the place of a worker that was killed', () => {
    takenBy(spawnSync(process.execPath, ['-e', '']).pid);
    expect(createOneAside(folder).take()).toBe(true);
  });

  it('frees the place when it is left', () => {
    const place = createOneAside(folder);
    expect([place.take(), place.take()]).toEqual([true, true]);
    place.leave();
    takenBy(process.ppid);
    expect(place.take()).toBe(false);
  });
});
