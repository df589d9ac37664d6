import { chmodSync, chownSync, lstatSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ensureControlFolder, listSockets } from '../../../src/control/control-folder';
import { newFolder } from '../../support/folder';

const { ensurePrivate, closeHome } = jest.requireActual<Record<string, (folder: string) => void>>(
  '../../../tools/local-servers/supervisor',
) as Record<'ensurePrivate' | 'closeHome', (folder: string) => void>;

/** A folder for everybody, as /tmp is. */
let shared: string;
const modeOf = (file: string) => lstatSync(file).mode & 0o777;

beforeEach(() => {
  shared = newFolder();
});

/** Another user's folder: only root can make one, and root's own are another user's to all others. */
function foreignFolder(): string {
  if (process.getuid!() !== 0) return '/';
  const folder = path.join(shared, 'foreign');
  mkdirSync(folder, { mode: 0o700 });
  chownSync(folder, 65_534, 65_534);
  return folder;
}

describe('the run folder', () => {
  it('is made for this user alone, and taken again', () => {
    const folder = path.join(shared, 'a', 'run');
    const before = process.umask(0);
    ensureControlFolder(folder);
    process.umask(before);
    expect([modeOf(path.dirname(folder)), modeOf(folder)]).toEqual([0o700, 0o700]);
    expect(() => ensureControlFolder(folder)).not.toThrow();
  });

  const target = () => {
    const folder = path.join(shared, 'target');
    mkdirSync(folder);
    chmodSync(folder, 0o755);
    return folder;
  };
  it.each([
    ['a link to a folder', 'is a link', () => target()],
    ['a link to nowhere', 'is a link', () => path.join(shared, 'nowhere')],
  ])('is not %s, whose target stays as it was', (_, says, make) => {
    const [to, link] = [make(), path.join(shared, 'run')];
    symlinkSync(to, link);
    expect(() => ensureControlFolder(link)).toThrow(`RUN_DIR: ${link} ${says}: remove it`);
    expect(() => ensureControlFolder(`${link}/`)).toThrow('remove it');
    expect(() => ensurePrivate(link)).toThrow(`${link} must be a folder of this user's alone`);
    const found = lstatSync(to, { throwIfNoEntry: false });
    expect(found && found.mode & 0o777).toBe(found && 0o755);
  });

  it("is not another user's", () => {
    const folder = foreignFolder();
    expect(() => ensureControlFolder(folder)).toThrow(
      `${folder} is another user's: have its owner remove it`,
    );
    expect(() => ensurePrivate(folder)).toThrow(`${folder} must be a folder of this user's alone`);
  });

  it('is not one that others can enter, and its mode is not changed', () => {
    const folder = target();
    expect(() => ensureControlFolder(folder)).toThrow(
      'is open to other users (mode 755): chmod 700 it, or let',
    );
    expect(() => ensurePrivate(folder)).toThrow(`${folder} must be`);
    expect(modeOf(folder)).toBe(0o755);
  });

  it('is no file', () => {
    const file = path.join(shared, 'file');
    writeFileSync(file, '');
    expect(() => ensureControlFolder(file)).toThrow('is no folder: remove it');
  });
});

describe('the control folder', () => {
  it('lists no socket from a folder in which others could have put it', () => {
    const folder = path.join(shared, 'run');
    ensureControlFolder(folder);
    writeFileSync(path.join(folder, `api-0.${process.pid}.sock`), '');
    symlinkSync(folder, path.join(shared, 'link'));
    expect(listSockets(folder)).toHaveLength(1);
    expect(listSockets(path.join(shared, 'link'))).toEqual([]);
    chmodSync(folder, 0o777);
    expect(listSockets(folder)).toEqual([]);
  });

  it("closes the home of the person's own PM2, and leaves alone what a link of theirs leads to", () => {
    const [home, link] = [path.join(shared, 'pm2'), path.join(shared, 'link')];
    closeHome(home);
    expect(modeOf(home)).toBe(0o700);
    chmodSync(home, 0o755);
    symlinkSync(home, link);
    closeHome(link);
    expect(modeOf(home)).toBe(0o755);
    closeHome(home);
    expect(modeOf(home)).toBe(0o700);
  });
});
