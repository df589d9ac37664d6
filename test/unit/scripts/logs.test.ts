import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { eventually } from '../../support/wait';
import { newFolder } from '../../support/folder';
import { logLimits } from '../../../tools/local-servers/log-limits';
import { logSets, rotate } from '../../../tools/local-servers/logs';
import { readFrom } from '../../../tools/local-servers/app-logs';

let dir: string;
beforeEach(() => {
  dir = newFolder();
});
const read = (name: string) => readFileSync(path.join(dir, name), 'utf8');
const write = (name: string, text: string) => writeFileSync(path.join(dir, name), text);

describe('a log that gets too long', () => {
  it('replaces the file put aside before, and its writer reopens it without losing a line', async () => {
    // Writes a line each millisecond to its open file, and reopens it on the signal.
    const writer = `
      const fs = require('node:fs');
      let log = fs.openSync('a.log', 'a'), line = 0;
      process.on('SIGUSR2', () => { fs.closeSync(log); log = fs.openSync('a.log', 'a'); });
      setInterval(() => fs.writeSync(log, line++ + '\\n'), 1);
      fs.writeFileSync('pid', String(process.pid));`;
    const child = spawn(process.execPath, ['-e', writer], { cwd: dir, stdio: 'ignore' });
    try {
      await eventually(() => existsSync(path.join(dir, 'a.log')) && read('a.log').includes('20\n'));
      const set = { folder: dir, name: /\.log$/, signal: 'SIGUSR2' as const, pidFile: path.join(dir, 'pid') };
      rotate(set, { most: 1e6, keep: 1 });
      expect(existsSync(path.join(dir, 'a.log.1'))).toBe(false);
      write('a.log.1', 'older');
      rotate(set, { most: 50, keep: 1 });
      await eventually(() => existsSync(path.join(dir, 'a.log')) && read('a.log').length > 50);
    } finally {
      child.kill();
      await once(child, 'exit');
    }
    const numbers = `${read('a.log.1')}${read('a.log')}`.trim().split('\n').map(Number);
    expect(numbers).toEqual(numbers.map((_, index) => index));
  });

  it('is copied and emptied in place if its writer never reopens it', () => {
    write('pm2.log', 'x'.repeat(100));
    const { ino } = statSync(path.join(dir, 'pm2.log'));
    rotate({ folder: dir, name: /^pm2\.log$/ }, { most: 50, keep: 1 });
    expect([read('pm2.log'), read('pm2.log.1')]).toEqual(['', 'x'.repeat(100)]);
    expect(statSync(path.join(dir, 'pm2.log')).ino).toBe(ino);
  });

  it('pushes the earlier ones on, and drops those beyond the number that is kept', () => {
    const set = { folder: dir, name: /\.log$/, signal: 'SIGUSR2' as const, pidFile: path.join(dir, 'none') };
    for (const text of ['one', 'two', 'three', 'four']) {
      write('a.log', text);
      rotate(set, { most: 1, keep: 3 });
    }
    expect([1, 2, 3].map((number) => read(`a.log.${number}`))).toEqual(['four', 'three', 'two']);
    expect(existsSync(path.join(dir, 'a.log.4'))).toBe(false);
    write('a.log', 'five');
    expect(rotate(set, { most: 1, keep: 1 })).toEqual([path.join(dir, 'a.log')]);
    expect(readdirSync(dir)).toEqual(['a.log.1']);
  });

  it('has its limits from LOG_MAX_MB and LOG_KEEP, which are refused if they are wrong', () => {
    expect(logLimits({})).toEqual({ most: 10e6, keep: 5 });
    expect(logLimits({ LOG_MAX_MB: '100', LOG_KEEP: '14' })).toEqual({ most: 100e6, keep: 14 });
    expect(() => logLimits({ LOG_MAX_MB: '0', LOG_KEEP: 'all' })).toThrow(
      /LOG_MAX_MB is "0"[^]*LOG_KEEP is "all"/,
    );
  });

  it('is put aside without a signal if the file with the process id is empty', () => {
    write('pid', '');
    write('a.log', 'x'.repeat(100));
    const kill = jest.spyOn(process, 'kill').mockReturnValue(true);
    rotate(
      { folder: dir, name: /\.log$/, signal: 'SIGUSR2', pidFile: path.join(dir, 'pid') },
      { most: 50, keep: 1 },
    );
    expect(read('a.log.1')).toHaveLength(100);
    expect(kill).not.toHaveBeenCalled();
    kill.mockRestore();
  });

  it('is put aside even if its writer has ended or left no process id', () => {
    write('a.log', 'x'.repeat(100));
    rotate(
      { folder: dir, name: /\.log$/, signal: 'SIGUSR2', pidFile: path.join(dir, 'none') },
      { most: 50, keep: 1 },
    );
    expect(read('a.log.1')).toHaveLength(100);
    expect(() =>
      rotate({ folder: path.join(dir, 'none'), name: /\.log$/ }, { most: 50, keep: 1 }),
    ).not.toThrow();
  });
});

describe('the logs of a stack', () => {
  it('are all bounded, and logs of other programs are not touched', () => {
    const sets = logSets({ dir, supervisorHome: path.join(dir, 'pm2'), appsHome: path.join(dir, 'apps') });
    const isBounded = (file: string) =>
      sets.some(
        ({ folder, name }) => folder === path.dirname(path.join(dir, file)) && name.test(path.basename(file)),
      );
    const ours = ['logs/mongo.log', 'logs/nginx.log', 'nginx/access.log', 'pm2/pm2.log', 'apps/pm2.log'];
    const workers = ['apps/logs/taskfleet-api-out.log', 'apps/logs/taskfleet-worker-error.log'];
    expect([...ours, ...workers].filter((file) => !isBounded(file))).toEqual([]);
    expect(
      ['apps/logs/another-out.log', 'apps/dump.pm2', 'mongo/data/WiredTigerLog.1'].filter(isBounded),
    ).toEqual([]);
  });

  it('include those of the apps under the name that KEY_PREFIX gives them', () => {
    const homes = { dir, supervisorHome: path.join(dir, 'pm2'), appsHome: path.join(dir, 'apps') };
    const sets = logSets({ ...homes, prefix: 'acme' });
    const isBounded = (file: string) =>
      sets.some(({ folder, name }) => folder.endsWith('/apps/logs') && name.test(file));
    expect(
      ['acme-api-out.log', 'acme-worker-error.log', 'taskfleet-api-out.log'].filter(isBounded),
    ).toHaveLength(3);
    expect(['shop-api-out.log', 'acme-site-out.log'].filter(isBounded)).toEqual([]);
  });

  describe('the end of a log', () => {
    it('is the only part that is read', () => {
      const file = path.join(dir, 'a.log');
      // Sparse: it takes no room, and reading all of it fails (ERR_FS_FILE_TOO_LARGE).
      write('a.log', 'begin\n');
      truncateSync(file, 5e9);
      appendFileSync(file, '\nthe last line\n');
      const text = readFrom(file);
      expect(text.length).toBeLessThanOrEqual(100_000);
      expect(text).toMatch(/\nthe last line\n$/);
      expect(readFrom(path.join(dir, 'none'))).toBe('');
    });

    it('begins at the marked position, or at the start of a log that replaced it', () => {
      const file = path.join(dir, 'a.log');
      write('a.log', 'old\n');
      const before = statSync(file);
      appendFileSync(file, 'new\n');
      expect(readFrom(file, before)).toBe('new\n');
      rotate(
        { folder: dir, name: /^a\.log$/, signal: 'SIGUSR2', pidFile: path.join(dir, 'none') },
        { most: 1, keep: 1 },
      );
      writeFileSync(file, 'a longer line of another file\n');
      expect(readFrom(file, before)).toBe('a longer line of another file\n');
    });
  });

  describe('the script that runs SecantusDB', () => {
    /** Starts a server that prints a line and then hangs, like one whose storage engine has panicked. */
    async function run(prints: string) {
      const server = path.join(dir, 'server');
      mkdirSync(dir, { recursive: true });
      writeFileSync(server, `#!/bin/sh\nprintf '%s\\n' "$1" >&2\nexec sleep 30\n`);
      chmodSync(server, 0o755);
      const script = path.join(
        __dirname,
        '..',
        '..',
        '..',
        'tools',
        'local-servers',
        'servers',
        'run-secantusdb.sh',
      );
      const child = spawn('/bin/sh', [script, server, prints], {
        cwd: dir,
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let said = '';
      child.stdout.on('data', (text: Buffer) => (said += text.toString()));
      await eventually(() => said.endsWith('\n'));
      return { child, said: () => said };
    }

    it('kills it when its storage engine panics, so that PM2 restarts it', async () => {
      const line = 'WT_VERB_DEFAULT: the process must exit and restart: WT_PANIC: WiredTiger library panic';
      const { child, said } = await run(line);
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      expect(child.signalCode).toBe('SIGKILL');
      expect(said()).toBe(`${line}\n`);
    });

    it('passes on all other lines, and lets signals reach the server itself', async () => {
      const { child } = await run('checkpoint failed: No space left on device');
      expect(child.signalCode).toBeNull();
      expect(readFileSync(`/proc/${child.pid}/cmdline`, 'utf8')).toContain('sleep');
      child.kill('SIGTERM');
      await once(child, 'exit');
      expect(child.signalCode).toBe('SIGTERM');
    });
  });
});
