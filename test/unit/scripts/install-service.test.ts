import { execFileSync } from 'node:child_process';
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
