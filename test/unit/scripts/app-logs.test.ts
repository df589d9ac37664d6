import { appendFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const { markLogs } = jest.requireActual<{
  markLogs: (processes: { name: string; logs?: string[] }[]) => (process: { name: string }) => string;
}>('../../../scripts/stack/app-logs');

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'taskfleet-logs-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

it('tells the last line since it was asked to look: of the errors, else of the log, for people', () => {
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
