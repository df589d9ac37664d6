import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { copyScripts } from '../../support/copy-scripts';

const script = path.join(__dirname, '..', '..', '..', 'scripts', 'bootstrap.js');

function printed(PATH: string, args: string[] = []): string {
  const env = { ...process.env, PATH, DATA_DIR: path.join(__dirname, '..', '..', '..', '.local') };
  return execFileSync(process.execPath, [script, 'install-service', '--print', ...args], {
    env,
    encoding: 'utf8',
  });
}

describe('the systemd service', () => {
  it('omits the folders that npm adds to PATH for its own commands', () => {
    const npms = ['/clone/node_modules/.bin', '/node_modules/.bin', '/lib/npm/run-script/lib/node-gyp-bin'];
    expect(printed([...npms, '/usr/local/bin', '/usr/bin'].join(':'))).toContain(
      '\nEnvironment="PATH=/usr/local/bin:/usr/bin"\n',
    );
  });

  it('restarts after a failure, and not after a stop', () => {
    expect(printed('/usr/bin')).toContain('\nRestart=on-failure\n');
  });

  describe('the restrictions of the service', () => {
    const [unit, folder] = [printed('/usr/bin'), mkdtempSync(path.join(os.tmpdir(), 'taskfleet-unit-'))];
    const settings = new Map(
      unit
        .split('\n')
        .filter((line) => /^\w+=/.test(line))
        .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    );
    afterAll(() => rmSync(folder, { recursive: true }));

    it('deny it and its children further rights, and deny other users its files', () => {
      expect(Object.fromEntries(settings)).toMatchObject({
        NoNewPrivileges: 'yes',
        UMask: '0077',
        RestrictNamespaces: 'yes',
        SystemCallFilter: '@system-service',
        RestrictAddressFamilies: 'AF_UNIX AF_INET AF_INET6 AF_NETLINK',
      });
    });

    it('make the system read-only except the folders that it writes', () => {
      const isRoot = process.getuid!() === 0;
      expect(settings.get('ProtectSystem')).toBe(isRoot ? 'strict' : undefined);
      expect(settings.get('CapabilityBoundingSet')).toBe(
        isRoot ? 'CAP_NET_BIND_SERVICE CAP_SETGID' : undefined,
      );
      const data = path.join(__dirname, '..', '..', '..', '.local');
      const home = process.env.PM2_HOME ?? path.join(os.homedir(), '.pm2');
      // Quoted for systemd: this clone may lie in any folder.
      const quoted = [data, home, os.tmpdir()].map(
        (name) => `"-${name.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('%', '%%')}"`,
      );
      expect(settings.get('ReadWritePaths')).toBe(isRoot ? quoted.join(' ') : undefined);
    });

    it('bound its memory, processes and restarts, and end a process that exceeds them alone', () => {
      expect(Object.fromEntries(settings)).toMatchObject({
        MemoryMax: '80%',
        TasksMax: '4096',
        OOMPolicy: 'continue',
        StartLimitBurst: '5',
      });
    });

    it('let the service of a system user listen on ports below 1024, and nothing more', () => {
      if (process.getuid!() !== 0)
        return void expect(() => printed('/usr/bin', ['--user', 'daemon'])).toThrow();
      const own = printed('/usr/bin', ['--user', 'daemon']);
      expect(own).toMatch(/\nUser=daemon\n/);
      expect(own).toMatch(
        /\nCapabilityBoundingSet=CAP_NET_BIND_SERVICE\n.*\nAmbientCapabilities=CAP_NET_BIND_SERVICE\n/,
      );
      expect(() => printed('/usr/bin', ['--user', 'a b'])).toThrow(/a name has at most 32/);
    });

    it('are known to systemd, which rates the exposure as low', () => {
      const file = path.join(folder, 'taskfleet.service');
      writeFileSync(file, unit);
      const { error, stdout, status } = spawnSync(
        'systemd-analyze',
        ['security', '--offline=true', '--no-pager', '--threshold=40', file],
        { encoding: 'utf8' },
      );
      // A host without systemd has no such service either.
      if (error) return void expect(error).toMatchObject({ code: 'ENOENT' });
      // A user's own systemd cannot restrict as much.
      expect(stdout).toMatch(/Overall exposure level/);
      expect(status).toBe(process.getuid!() === 0 ? 0 : 1);
    });
  });

  describe('the timer of backups', () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'taskfleet-unit-'));
    afterAll(() => rmSync(folder, { recursive: true }));
    const units = () => printed('/usr/bin', ['--with-backup']).split(/^(?=# Written by )/m);

    it('is added if it is asked for', () => {
      const [service, backup, timer] = units();
      expect(units()).toHaveLength(3);
      expect(service!.trim()).toBe(printed('/usr/bin').trim());
      expect(backup).toMatch(/^Type=oneshot\n/m);
      expect(backup).toMatch(/^ExecStart=.*bootstrap\.js" backup --keep 14\n/m);
      const settings = (text: string) =>
        text.match(/^(User|Environment|ReadWritePaths|SystemCallFilter)=.*$/gm);
      expect(settings(backup!)).toEqual(settings(service!));
      expect(timer).toMatch(/^OnCalendar=daily\nRandomizedDelaySec=1h\nPersistent=yes\n/m);
    });

    it('is accepted by systemd', () => {
      const files = ['taskfleet.service', 'taskfleet-backup.service', 'taskfleet-backup.timer'].map((name) =>
        path.join(folder, name),
      );
      units().forEach((unit, index) => writeFileSync(files[index]!, unit));
      const { error, stderr, status } = spawnSync('systemd-analyze', ['verify', ...files], {
        encoding: 'utf8',
      });
      if (error) return void expect(error).toMatchObject({ code: 'ENOENT' });
      expect([status, stderr]).toEqual([0, '']);
    });
  });

  it('quotes a folder with blanks, quotes, dollars and per cent signs as systemd reads them', () => {
    const folder = path.join(
      mkdtempSync(path.join(os.tmpdir(), 'taskfleet-unit-')),
      'My $P; "ö" (a){b}\'c\' 5%d',
    );
    copyScripts(folder);
    const env = { PATH: '/a b:/c\\d:/usr/bin', HOME: folder };
    const unit = execFileSync(
      process.execPath,
      [path.join(folder, 'scripts', 'bootstrap.js'), 'install-service', '--print'],
      {
        env,
        encoding: 'utf8',
      },
    );
    rmSync(path.dirname(folder), { recursive: true });
    const percents = folder.replace('%', '%%');
    const quoted = percents.replaceAll('"', '\\"');
    expect(unit).toContain(`\nWorkingDirectory=${percents}\n`);
    expect(unit).toContain(
      `\nEnvironment="PM2_HOME=${quoted}/.pm2"\nEnvironment="PATH=/a b:/c\\\\d:/usr/bin"\n`,
    );
    expect(unit).toContain(`" "${quoted.replace('$', '$$$$')}/scripts/bootstrap.js" supervise\n`);
  });
});
