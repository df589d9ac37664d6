import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { typescript } from '../../tools/command/typescript';
import { createPm2 } from '../../tools/local-servers/pm2';
import { eventually } from '../support/wait';

const root = path.join(__dirname, '..', '..');
const dir = mkdtempSync(path.join(tmpdir(), 'taskfleet-turn-'));
const home = path.join(dir, 'apps');
const pm2 = createPm2({ root, home });
const log = path.join(home, 'logs', 'taskfleet-api-out.log');
const goes = path.join(dir, 'goes');
let keeper: ChildProcess | undefined;

/** A cluster worker that is ready once the file `goes` exists. */
const script = `
  const { existsSync } = require('node:fs');
  const timer = setInterval(() => {
    if (!existsSync(${JSON.stringify(goes)})) return;
    clearInterval(timer);
    process.send('ready');
  }, 50);
  setInterval(() => console.log('a line'), 50);`;

afterAll(async () => {
  writeFileSync(goes, '');
  if (keeper && keeper.exitCode === null) {
    keeper.kill('SIGTERM');
    await once(keeper, 'exit');
  }
  await pm2.pm2(['kill']);
  rmSync(dir, { recursive: true });
}, 60_000);

it('leaves the logs of the API workers alone while one of them starts, which would end it', async () => {
  const worker = path.join(dir, 'worker.js');
  const apps = path.join(dir, 'apps.config.js');
  const app = { name: 'taskfleet-api', script: worker, exec_mode: 'cluster', instances: 1 };
  const start = { wait_ready: true, listen_timeout: 120_000, merge_logs: true };
  writeFileSync(worker, script);
  writeFileSync(apps, `module.exports = ${JSON.stringify({ apps: [{ ...app, ...start }] })}`);
  const starting = pm2.pm2(['start', apps], { timeoutMs: 120_000 });
  const [api] = await eventually(async () => {
    const list = await pm2.list();
    return list[0]?.pm2_env.status === 'launching' && existsSync(log) && list;
  });

  // Another writer's log, by which the test sees that the keeper has looked.
  const other = path.join(dir, 'logs', 'redis.log');
  const long = 'x'.repeat(2_000);
  mkdirSync(path.dirname(other));
  writeFileSync(log, long, { flag: 'a' });
  const limits = ['1000', '3'];
  const args = [...typescript, path.join(root, 'tools', 'local-servers', 'keep-room.ts')];
  keeper = spawn(process.execPath, [...args, dir, path.join(dir, 'servers'), home, ...limits], {
    cwd: root,
    stdio: 'inherit',
  });
  for (const number of [1, 2]) {
    writeFileSync(other, long);
    await eventually(() => existsSync(`${other}.${number}`));
  }
  expect(existsSync(`${log}.1`)).toBe(false);

  writeFileSync(goes, '');
  await starting;
  await eventually(() => existsSync(`${log}.1`) && existsSync(log));
  const [online] = await pm2.list();
  expect(online).toMatchObject({ pid: api!.pid, pm2_env: { status: 'online', restart_time: 0 } });
}, 180_000);
