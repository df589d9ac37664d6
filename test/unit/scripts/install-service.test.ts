import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const script = path.join(__dirname, '..', '..', '..', 'scripts', 'install-service.js');

function printed(PATH: string): string {
  const env = { ...process.env, PATH };
  return execFileSync(process.execPath, [script, '--print'], { env, encoding: 'utf8' });
}

it('leaves out of PATH what npm adds for its own commands', () => {
  const npms = ['/clone/node_modules/.bin', '/node_modules/.bin', '/lib/npm/run-script/lib/node-gyp-bin'];
  expect(printed([...npms, '/usr/local/bin', '/usr/bin'].join(':'))).toContain(
    '\nEnvironment="PATH=/usr/local/bin:/usr/bin"\n',
  );
});

it('is started again after a failure, and not when it was told to end', () => {
  expect(printed('/usr/bin')).toContain('\nRestart=on-failure\n');
});

it('quotes a folder with blanks, quotes, dollars and per cent signs as systemd reads them', () => {
  const folder = path.join(mkdtempSync(path.join(tmpdir(), 'taskfleet-unit-')), 'My $P; "ö" (a){b}\'c\' 5%d');
  const root = path.join(__dirname, '..', '..', '..');
  for (const name of ['scripts', path.join('src', 'command-line')])
    cpSync(path.join(root, name), path.join(folder, name), { recursive: true });
  const env = { PATH: '/a b:/c\\d:/usr/bin', HOME: folder };
  const unit = execFileSync(
    process.execPath,
    [path.join(folder, 'scripts', 'install-service.js'), '--print'],
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
  expect(unit).toContain(`" "${quoted.replace('$', '$$$$')}/scripts/supervise.js"\n`);
});
