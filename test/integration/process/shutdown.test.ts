import { spawnSync } from 'node:child_process';
import path from 'node:path';

const shutdown = path.join(__dirname, '..', '..', '..', 'dist', 'process', 'shutdown.js');

/** The signal comes while the start computes, so Node.js has not passed it on when the handlers change. */
const PROGRAM = `
  const { endOnSignal, onShutdown } = require(process.env.SHUTDOWN);
  endOnSignal();
  setTimeout(() => {
    process.kill(process.pid, 'SIGTERM');
    onShutdown(async () => console.log('stopped'), 10_000, { info() {}, error() {} });
    setTimeout(() => process.exit(9), 5_000).unref();
    process.stdin.resume();
  });
`;

it('loses no signal that comes while a start ends', () => {
  const env = { PATH: process.env.PATH, SHUTDOWN: shutdown };
  const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', PROGRAM], { env, encoding: 'utf8' });
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: 'stopped\n', stderr: '' });
});
