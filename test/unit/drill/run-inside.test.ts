import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { newFolder } from '../../support/folder';
import { eventually } from '../../support/wait';

const root = path.join(__dirname, '..', '..', '..');
const folder = newFolder();
const [runs, cleaned, inner] = ['runs', 'cleaned', 'inner.js'].map((name) => path.join(folder, name)) as [
  string,
  string,
  string,
];
const bootstrap = path.join(root, 'scripts', 'bootstrap.js');
const runInside = JSON.stringify(path.join(root, 'ops', 'drill', 'network', 'run-inside.ts'));
const runMain = JSON.stringify(path.join(root, 'tools', 'command', 'run-main.ts'));

/** Works until it is interrupted, then cleans up for a while. */
const program = `
  const fs = require('node:fs');
  const { main } = require(${runInside});
  const { interruption, sleep } = require(${JSON.stringify(path.join(root, 'tools', 'command', 'run-command.ts'))});
  main(async () => {
    fs.writeFileSync(${JSON.stringify(runs)}, '');
    while (!interruption.signal.aborted) await sleep(20);
    await sleep(500);
    fs.writeFileSync(${JSON.stringify(cleaned)}, process.argv[2]);
  });`;
const parent = `
  const { runMain } = require(${runMain});
  const { runUntilEnd } = require(${runInside});
  const args = ['-r', ${JSON.stringify(bootstrap)}, ${JSON.stringify(inner)}, ${JSON.stringify(path.join(folder, 'faults'))}];
  void runMain([], { call: '', about: '', options: {} }, async () => void (await runUntilEnd(process.execPath, args)));`;

describe('a drill inside a network', () => {
  beforeAll(() => writeFileSync(inner, program));
  beforeEach(() => [runs, cleaned].forEach((file) => rmSync(file, { force: true })));

  async function start() {
    const child = spawn(process.execPath, ['-r', bootstrap, '-e', parent], {
      stdio: 'ignore',
      detached: true,
    });
    await eventually(() => existsSync(runs));
    return { child, ended: once(child, 'exit') };
  }

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'cleans up before its parent ends after a %s to the group, as a terminal sends it',
    async (signal) => {
      const { child, ended } = await start();
      process.kill(-child.pid!, signal);
      expect(await ended).toEqual([130, null]);
      expect(existsSync(cleaned)).toBe(true);
    },
  );

  it('cleans up too if its parent is killed', async () => {
    const { child, ended } = await start();
    child.kill('SIGKILL');
    await ended;
    await eventually(() => existsSync(cleaned));
    expect(readFileSync(cleaned, 'utf8')).toBe(path.join(folder, 'faults'));
  });
});
