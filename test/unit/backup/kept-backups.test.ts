import { readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import {
  ensureBackupFolder,
  listBackups,
  nameOf,
  removeOldBackups,
  setAside,
} from '../../../src/backup/kept-backups';
import { judgeBackups } from '../../../src/doctor/judge-backups';
import { newFolder } from '../../support/folder';

const HOUR_MS = 3_600_000;
const ago = (hours: number) => new Date(Date.now() - hours * HOUR_MS);
const at = (day: number) => new Date(Date.UTC(2026, 0, day));
const put = (folder: string, name: string) => {
  writeFileSync(path.join(folder, name), 'x');
  return path.join(folder, name);
};

describe('the folder of backups', () => {
  it('is closed to other users, also if it was open before', async () => {
    for (const name of ['new', '']) {
      const folder = path.join(newFolder(), name);
      await ensureBackupFolder(folder);
      expect(statSync(folder).mode & 0o777).toBe(0o700);
    }
  });

  it('lists whole backups, the newest first, and nothing else', async () => {
    const folder = newFolder();
    expect(await listBackups(path.join(folder, 'none'))).toBeUndefined();
    expect(await listBackups(folder)).toEqual([]);
    const [old, encrypted] = [put(folder, nameOf(at(1), false)), put(folder, nameOf(at(2), true))];
    for (const suffix of ['.bad', '.123.part', '.age.bad', 'x']) put(folder, nameOf(at(3), false) + suffix);
    put(folder, 'mine.gz');
    symlinkSync(old, path.join(folder, nameOf(at(4), false)));
    expect(await listBackups(folder)).toEqual([
      { file: encrypted, at: at(2) },
      { file: old, at: at(1) },
    ]);
  });

  it('loses all but the newest that taskfleet has named', async () => {
    const folder = newFolder();
    const files = [1, 2, 3, 4].map((day) => put(folder, nameOf(at(day), day % 2 === 0)));
    const others = ['mine.gz', 'taskfleet-2020.gz', `${nameOf(at(1), false)}.bad`].map((name) =>
      put(folder, name),
    );
    expect(await removeOldBackups(files[3]!, 2)).toEqual([files[1], files[0]]);
    const left = [files[2]!, files[3]!, ...others].map((file) => path.basename(file));
    expect(readdirSync(folder).sort()).toEqual(left.sort());
  });

  it('keeps the one just made though the clock was wrong when the others were', async () => {
    const folder = newFolder();
    const future = [20, 21, 22].map((day) => put(folder, nameOf(at(day), false)));
    const made = put(folder, nameOf(at(5), false));
    expect(await removeOldBackups(made, 1)).toEqual(future.reverse());
    expect(readdirSync(folder)).toEqual([path.basename(made)]);
  });

  it('keeps one file that could not be read back', async () => {
    const folder = newFolder();
    for (const day of [1, 2]) {
      const file = path.join(folder, nameOf(at(day), false));
      expect(await setAside(put(folder, 'part'), file)).toBe(`${file}.bad`);
    }
    expect(readdirSync(folder)).toEqual([`${nameOf(at(2), false)}.bad`]);
  });
});

describe('the doctor on backups', () => {
  const judge = async (folder: string | undefined, isNeeded = false) =>
    (await judgeBackups(folder, isNeeded)).map(({ level, says }) => `${level} ${says}`);

  it('asks for them in production, and once they are set up', async () => {
    const folder = newFolder();
    expect(await judge(undefined, true)).toEqual([]);
    expect(await judge(path.join(folder, 'none'))).toEqual([]);
    expect(await judge(path.join(folder, 'none'), true)).toEqual([
      'warning taskfleet makes no backups by itself',
    ]);
    expect(await judge(folder)).toEqual(['warning Backups are to be made, but there is none yet']);
  });

  it('warns of a newest one that is older than two days', async () => {
    const folder = newFolder();
    put(folder, nameOf(ago(49), false));
    expect(await judge(folder)).toEqual([
      expect.stringMatching(/^warning The newest backup is 2 days old \(taskfleet-.*\.gz\)$/),
    ]);
    put(folder, nameOf(ago(47), true));
    expect(await judge(folder)).toEqual([
      expect.stringMatching(/^ok the newest backup is 47 hours old \(taskfleet-.*\.gz\.age\)$/),
    ]);
  });
});
