import { appendFileSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { newFolder } from '../../support/folder';

const { explainSilence, markLogs } = jest.requireActual<{
  explainSilence: (home: string, name: string) => string;
  markLogs: (processes: { name: string; logs?: string[] }[]) => (process: { name: string }) => string;
}>('../../../tools/local-servers/app-logs');

let dir: string;
beforeEach(() => {
  dir = newFolder();
});

describe('the logs of an app', () => {
  it('show the last line since the mark, of the errors or else of the log, in readable form', () => {
    const [errors, out] = [path.join(dir, 'error.log'), path.join(dir, 'out.log')];
    writeFileSync(errors, 'Error: of last week\n');
    const app = { name: 'taskfleet-api', logs: [errors, out] };
    const lastSaid = markLogs([app]);
    expect(lastSaid(app)).toBe('');
    appendFileSync(out, '{"level":50,"msg":"It failed","err":{"message":"no room"}}\n');
    expect(lastSaid(app)).toBe('It failed: no room');
    appendFileSync(errors, 'Error: boom\n    at Timeout.main (api.js:1:2)\n\nNode.js v20.20.2\n');
    expect(lastSaid(app)).toBe('Error: boom');
    truncateSync(errors);
    appendFileSync(errors, 'bang\n');
    expect(lastSaid(app)).toBe('bang');
    expect(lastSaid({ name: 'another' })).toBe('');
  });

  it('include the log of PM2, with its line on a process that it could not execute', () => {
    expect(explainSilence(dir, 'nginx')).toBe(`it printed nothing; the log of PM2 itself is ${dir}/pm2.log`);
    const line = (text: string) =>
      appendFileSync(path.join(dir, 'pm2.log'), `2026-11-26T15:31:39: ${text}\n`);
    line('PM2 error: Error: of another day');
    line('PM2 log: App [nginx:3] starting in -fork mode-');
    line('PM2 log: App [nginx:3] online');
    expect(explainSilence(dir, 'nginx')).toMatch(
      /\/pm2\.log, and says: \S+ PM2 log: App \[nginx:3\] online$/,
    );
    line('PM2 error: Error: spawn /mnt/run-nginx.sh EACCES');
    appendFileSync(
      path.join(dir, 'pm2.log'),
      '    at ChildProcess._handle.onexit (node:internal/child_process:285:19)\n',
    );
    expect(explainSilence(dir, 'nginx')).toMatch(/PM2 error: Error: spawn \/mnt\/run-nginx\.sh EACCES$/);
  });
});
