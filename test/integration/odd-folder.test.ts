import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Finding } from '../../src/doctor/finding';
import { newTitle, send } from '../support/cluster';

const root = path.join(__dirname, '..', '..');
// With what shells, NGINX, Redis, systemd, PM2 and patterns give a meaning; one umlaut is of two characters.
const name = `My $P1; "ö" (a){b}[c]'o\u0308' #%d {[*? x.json`;
const folder = mkdtempSync(path.join(tmpdir(), 'odd-'));
const clone = path.join(folder, name);
const home = path.join(folder, name, '.pm2');

/** With a umask that leaves everything open, and none of the servers of the tests. */
async function npm(...args: string[]) {
  const { PATH, HOME } = process.env;
  const child = spawn('/bin/sh', ['-c', 'umask 000; exec npm "$@"', 'sh', ...args], {
    cwd: path.join(clone, 'scripts'),
    env: { PATH, HOME, PM2_HOME: home, API_WORKERS: '1', BCRYPT_COST: '8' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (said += text));
  const [status] = (await once(child, 'close')) as [number | null];
  return { status, said };
}

beforeAll(() => {
  mkdirSync(clone);
  const needed = [
    'scripts',
    'ops',
    'tools',
    'src',
    'dist',
    'nginx',
    'postman',
    'monitoring',
    'ecosystem.config.js',
  ];
  const files = readdirSync(root).filter((file) => /^(package.*|tsconfig.*)\.json$/.test(file));
  for (const file of [...needed, ...files])
    cpSync(path.join(root, file), path.join(clone, file), { recursive: true });
  symlinkSync(path.join(root, 'node_modules'), path.join(clone, 'node_modules'));
});
afterAll(async () => {
  await npm('stop');
  rmSync(folder, { recursive: true, force: true });
}, 120_000);

describe('the stack', () => {
  it(`starts, serves, is replaced and stops in a folder called ${name}`, async () => {
    const started = await npm('start');
    expect(started).toEqual({ status: 0, said: expect.stringContaining('taskfleet runs at') as string });
    const stack = JSON.parse(readFileSync(path.join(clone, '.local', 'stack.json'), 'utf8')) as {
      url: string;
      admin: { email: string; passwordFile: string };
    };
    const { url, admin } = stack;
    const password = readFileSync(admin.passwordFile, 'utf8').trim();
    const { body } = await send(url, 'POST', '/users/login', { email: admin.email, password });
    const { token } = body as { token: string };
    expect(await send(url, 'POST', '/tasks', { title: newTitle() }, token)).toMatchObject({ status: 201 });

    // From a folder below the root: the build is named relative to it.
    const reloaded = await npm('run', 'reload', '--', '--build', '../dist');
    expect(reloaded).toEqual({ status: 0, said: expect.stringMatching(/reload +✓ done/) as string });
    expect(await send(url, 'GET', '/tasks?limit=1', undefined, token)).toMatchObject({
      status: 200,
      body: [{}],
    });
    const { said } = await npm('run', '--silent', 'doctor', '--', '--json');
    const faults = (JSON.parse(said) as Finding[]).filter(({ level }) => level === 'error');
    expect(faults).toEqual([]);

    // The files of the stack are the user's alone, and nobody else can talk to its PM2.
    expect(lstatSync(path.join(clone, '.local')).mode & 0o077).toBe(0);
    const open = readdirSync(home, { recursive: true, encoding: 'utf8' })
      .map((file) => path.join(home, file))
      .filter((file) => !lstatSync(file).isSymbolicLink() && (lstatSync(file).mode & 0o002) !== 0);
    expect(open).toEqual([]);

    expect(await npm('stop')).toMatchObject({ status: 0 });
    await expect(send(url, 'GET', '/')).rejects.toThrow();
  }, 300_000);
});
