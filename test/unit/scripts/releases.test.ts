import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { tableOf } from '../../../ops/commands/releases';
import { hold, isHeld, publish } from '../../../ops/set-up/build';
import { requireEcosystem } from '../../../ops/stack/ecosystem';
import { buildOf } from '../../../src/process/version';
import { createReleases } from '../../../ops/stack/releases';
import type { AppProcess } from '../../../ops/stack/types';

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'taskfleet-releases-'));
const dist = path.join(root, 'dist');
const dir = path.join(root, 'data');
const releases = createReleases({ root, dir });
afterAll(() => fs.rmSync(root, { recursive: true }));
beforeEach(() => {
  for (const folder of [dist, dir]) fs.rmSync(folder, { recursive: true, force: true });
});

/** Writes a build into `dist`. */
function compile(code: string, build: object = {}) {
  fs.mkdirSync(dist, { recursive: true });
  fs.writeFileSync(path.join(dist, 'api.js'), code);
  fs.writeFileSync(path.join(dist, 'build.json'), JSON.stringify({ version: '0.1.0', ...build }));
}

let clock = Date.now();

/** Lets a build serve, a second after the one before. @returns its id */
function keep(code: string, build: object = {}): string {
  compile(code, build);
  jest.useFakeTimers({ now: (clock += 1_000) });
  const id = releases.keep(dist);
  jest.useRealTimers();
  return id;
}

/** Does the same, and removes builds beyond the latest. */
function serve(code: string, build: object = {}): string {
  const id = keep(code, build);
  releases.prune([id]);
  return id;
}

describe('the kept releases', () => {
  it('are the last five builds that served, the latest first', () => {
    const ids = ['a', 'b', 'c', 'd', 'e', 'f'].map((code) => serve(code));
    expect(releases.list().map(({ id }) => id)).toEqual(ids.slice(1).reverse());
    expect(fs.readFileSync(path.join(releases.list()[4]!.folder, 'api.js'), 'utf8')).toBe('b');
  });

  it('include an older build that serves again', () => {
    const [first] = ['a', 'b', 'c', 'd', 'e'].map((code) => serve(code));
    keep('f');
    releases.prune([first!]);
    expect(releases.list()).toHaveLength(6);
  });

  it('stay as they are if the same build serves with another configuration or commit', () => {
    const id = serve('a', { commit: 'before' });
    const [before] = releases.list();
    expect(serve('a', { commit: 'after' })).toBe(id);
    expect(releases.list()).toEqual([before]);
  });

  it('omit what a killed command has left half-way', () => {
    serve('a');
    fs.mkdirSync(path.join(dir, 'releases', 'half.new', 'dist'), { recursive: true });
    fs.mkdirSync(path.join(dir, 'releases', 'empty'));
    expect(releases.list()).toHaveLength(1);
    serve('b');
    expect(fs.readdirSync(path.join(dir, 'releases'))).toHaveLength(2);
  });

  it('find their packages if they lie outside of the clone', () => {
    const outside = fs.mkdtempSync(path.join(os.tmpdir(), 'taskfleet data-'));
    compile("module.exports = require('known');");
    fs.mkdirSync(path.join(root, 'node_modules', 'known'), { recursive: true });
    fs.writeFileSync(path.join(root, 'node_modules', 'known', 'index.js'), 'module.exports = 42;');
    const kept = createReleases({ root, dir: outside });
    kept.keep(dist);
    kept.keep(dist);
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    expect(require(path.join(kept.list()[0]!.folder, 'api.js'))).toBe(42);
    fs.rmSync(outside, { recursive: true });
  });
});

describe('a rollback', () => {
  it('goes to the release before the one that serves, past those that were rolled back', () => {
    const [a, b, c] = ['a', 'b', 'c'].map((code) => serve(code));
    expect(releases.find(undefined, c!).id).toBe(b);
    releases.markRolledBack(b!);
    expect(releases.find(undefined, c!).id).toBe(a);
    // It is released again.
    serve('b');
    expect(releases.find(undefined, c!).id).toBe(b);
    expect(() => releases.find(undefined, a!)).toThrow(/No release from before .* taskfleet releases lists/);
  });

  it('goes to a release by the beginning of its id or commit, or by its version', () => {
    const a = serve('a', { commit: '1111aaaa', version: '1.0.0' });
    const b = serve('b', { commit: '1111bbbb' });
    const c = serve('c', { commit: '2222cccc' });
    expect(releases.find(a.slice(0, 4), c).id).toBe(a);
    expect(releases.find('1111b', c).id).toBe(b);
    expect(releases.find('1.0.0', c).id).toBe(a);
    expect(() => releases.find('1111', c)).toThrow(`1111 names 2 releases: ${b}, ${a}. Name one of these.`);
    expect(() => releases.find('2222', c)).toThrow(/2222 serves already/);
    expect(() => releases.find('111', c)).toThrow(/No kept release is named 111 \(the first 4 or more/);
  });

  it('holds the sources that it left, until they change or are released', () => {
    fs.mkdirSync(path.join(root, 'src'), { recursive: true });
    for (const file of ['src/api.ts', 'tsconfig.json', 'tsconfig.build.json', 'package-lock.json'])
      fs.writeFileSync(path.join(root, file), 'one');
    serve('a');
    expect(isHeld(root)).toBe(false);
    hold(root);
    expect(isHeld(root)).toBe(true);
    fs.writeFileSync(path.join(root, 'src', 'api.ts'), 'two');
    expect(isHeld(root)).toBe(false);
    hold(root);
    publish(releases.list()[0]!.folder, dist);
    expect(isHeld(root)).toBe(false);
  });
});

describe('a build', () => {
  const project = path.join(__dirname, '..', '..', '..');
  const check = (build: string) => requireEcosystem(build, { root: project, dir });

  it('is accepted if PM2 can start it by ecosystem.config.js of these sources', async () => {
    await check(path.join(project, 'dist'));
    expect(fs.readdirSync(path.join(dir, 'build'))).toEqual([]);
  });

  it('is refused if ecosystem.config.js needs what it lacks', async () => {
    const build = path.join(root, 'old');
    const write = (name: string, code: string) => fs.writeFileSync(path.join(build, 'config', name), code);
    fs.mkdirSync(path.join(build, 'config'), { recursive: true });
    write('app-environment.js', 'exports.appVariables = [];');
    await expect(check(build)).rejects.toThrow(/Cannot find module .*config-file[^]*git checkout its commit/);
    write('config-file.js', '');
    await expect(check(build)).rejects.toThrow('workerVariables is not a function');
    expect(fs.readdirSync(path.join(dir, 'build'))).toEqual([]);
  });
});

it('the table of releases shows who serves each, within 80 columns', () => {
  const commit = '0123456789abcdef0123456789abcdef01234567';
  const a = serve('a', { commit, builtAt: '2026-11-27T01:02:03.000Z' });
  const b = serve('b', { commit: `${commit}+changes`, builtAt: '2026-11-27T02:02:03.000Z' });
  releases.markRolledBack(b);
  const app = {
    pid: 1,
    id: 0,
    door: '',
    status: 'online',
    restarts: 0,
    crashes: 0,
    release: `${a}-0f0f0f0f`,
  };
  const apps: AppProcess[] = [
    { ...app, name: 'taskfleet-api', pm2Name: 'taskfleet-api', instance: 1 },
    { ...app, name: 'taskfleet-api', pm2Name: 'taskfleet-api', instance: 0 },
    { ...app, name: 'taskfleet-worker', pm2Name: 'taskfleet-worker', instance: 0 },
  ];
  expect(apps.map(({ release }) => buildOf(release))).toEqual([a, a, a]);
  expect(tableOf(releases.list(), apps)).toEqual([
    'release   version  commit           built (UTC)       serves',
    `${b}  0.1.0    0123456+changes  2026-11-27 02:02  no, rolled back`,
    `${a}  0.1.0    0123456          2026-11-27 01:02  API workers 0, 1; job worker`,
  ]);
});
