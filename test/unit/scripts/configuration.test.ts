import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { makeCertificate, type Certificate } from '../../../tools/kit/certificate';
import { copyScripts } from '../../support/copy-scripts';
import { newFolder } from '../../support/folder';

const root = path.join(__dirname, '..', '..', '..');
const folder = newFolder();
const [clone, home] = [path.join(folder, 'clone'), path.join(folder, 'home')];
const data = path.join(clone, '.local');
const url = 'mongodb://me:s3cret@db.example/app';

/** The environment of a new shell, and the one that systemd gives the service. */
const newShell = { PATH: process.env.PATH, HOME: home };
const service = { ...newShell, DATA_DIR: data };

function run(args: string[], env: NodeJS.ProcessEnv = newShell) {
  const command = [path.join(clone, 'scripts', 'bootstrap.js'), ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, {
    cwd: clone,
    env,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

/** What PM2 would give the apps without stack.json, after a loss of the data folder's state. */
function underPm2() {
  const script = 'console.log(require("./ecosystem.config.js").apps[0].env.MONGO_URL)';
  return execFileSync(process.execPath, ['-e', script], {
    cwd: clone,
    env: newShell,
    encoding: 'utf8',
  }).trim();
}

beforeAll(() => {
  copyScripts(clone);
  for (const made of [home, data]) mkdirSync(made, { mode: 0o700 });
  cpSync(path.join(root, 'ecosystem.config.js'), path.join(clone, 'ecosystem.config.js'));
  cpSync(path.join(root, 'dist'), path.join(clone, 'dist'), { recursive: true });
  // What a start with MONGO_URL in its shell left; nothing runs any more, as after a reboot.
  const services = { mongo: { url, name: 'MongoDB', external: true } };
  const env = { MONGO_URL: url, JWT_SECRET: 's'.repeat(32) };
  writeFileSync(path.join(data, 'stack.json'), JSON.stringify({ env, services, ports: { api: 4001 } }));
});

describe('a start in another shell', () => {
  it('is refused before anything changes, if it would use another database or key', () => {
    for (const env of [newShell, service]) {
      const { status, stderr, stdout } = run(['start'], env);
      expect(status).toBe(1);
      expect(stderr).toMatch(/MONGO_URL +mongodb:\/\/…@db\.example\/app → the stack's own/);
      expect(stderr).toMatch(
        /MONGO_URL, JWT_SECRET\w*: other data, keys, tokens, addresses or limits\. Nothing was changed\./,
      );
      expect(stderr).toContain('npx taskfleet config set MONGO_URL\n');
      expect(stderr).toContain('npx taskfleet start --yes');
      expect(stderr + stdout).not.toContain('s3cret');
    }
  });

  it('is foretold by the doctor, which names what keeps the database', () => {
    const { stdout } = run(['doctor', '--json']);
    const findings = JSON.parse(stdout) as { says: string; cure?: string }[];
    const finding = findings.find(({ says }) =>
      says.startsWith('MONGO_URL differs: the last start had mongodb://…@db.example/app, the next'),
    );
    expect(finding?.cure).toContain(
      'To keep the old value: npx taskfleet config set MONGO_URL. To use the new',
    );
    expect(stdout).not.toContain('s3cret');
  });

  it('uses the same database once it is kept, from a shell, in a service and under PM2', () => {
    expect(run(['config', 'set', 'MONGO_URL', 'JWT_SECRET'])).toMatchObject({ status: 0, stderr: '' });
    for (const env of [newShell, service]) {
      const { status, stdout } = run(['config'], env);
      expect(status).toBe(0);
      expect(stdout).toMatch(/^MONGO_URL +mongodb:\/\/…@db\.example\/app +file$/m);
      expect(stdout).toMatch(/^JWT_SECRET +digest [0-9a-f]{8} +file$/m);
      expect(stdout.split('changes what runs')[1]).not.toMatch(/MONGO_URL|JWT/);
      expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
    }
    rmSync(path.join(data, 'stack.json'));
    expect(underPm2()).toBe(url);
  });

  it('is refused before anything changes, if certificate and key do not belong together', () => {
    const [one, other] = ['one', 'other'].map((name) => makeCertificate(folder, name)) as [
      Certificate,
      Certificate,
    ];
    const before = readdirSync(data);
    const { status, stderr, stdout } = run(['start'], {
      ...newShell,
      LISTEN: '8443',
      TLS_CERT: one.cert,
      TLS_KEY: other.key,
    });
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toContain('Name two files of the same renewal.');
    expect(readdirSync(data)).toEqual(before);
  });

  it('shows what the stack chooses itself, before its first start too', () => {
    const { stdout } = run(['config'], { ...newShell, PM2_HOME: path.join(home, 'own pm2') });
    expect(stdout).toMatch(/^REDIS_URL +the stack's own +stack$/m);
    expect(stdout).toMatch(/^LIMIT_EXEMPT +loopback +stack$/m);
    expect(stdout).toMatch(/^EXPOSE_WORKER +true +stack$/m);
    expect(stdout).toMatch(/^BASE_PORT +4001 +default$/m);
    expect(stdout).toMatch(/^BALANCER_URL +none +default$/m);
    expect(stdout).toMatch(/^PM2_HOME +\S.* +shell$/m);
    expect(stdout).toMatch(/^JWT_SECRETS_FILE +none +default$/m);
    expect(stdout).not.toMatch(/in the local stack|; required/);
  });

  it('lets the shell win, says so, and warns of names that are nearly right', () => {
    const { stdout, stderr } = run(['config'], {
      ...newShell,
      MONGO_URL: 'mongodb://other/app',
      BALANCNG: 'x',
    });
    expect(stdout).toMatch(/^MONGO_URL +mongodb:\/\/other\/app +shell$/m);
    expect(stderr).toContain('This shell sets MONGO_URL: used instead of what');
    expect(stdout).toContain('! BALANCNG is set, but no process reads it. Did you mean BALANCING?');
  });

  it('is refused if the file cannot be read alike by all, and names the line', () => {
    expect(run(['config', 'set', 'LOG_LEVEL="warn"'])).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('LOG_LEVEL: write the value without quotes') as string,
    });
    expect(run(['config', 'set', 'BALANCNG=round-robin'])).toMatchObject({ status: 2 });
    expect(run(['config', 'set', 'BCRYPT_COST=99']).stderr).toContain('a whole number from 4 to 15');
    const warned = run(['config', 'set', 'ROLE=workers', 'HOST=127.0.0.1']);
    expect(warned.status).toBe(0);
    expect(warned.stdout).toContain(
      '! A start with ROLE=workers refuses this: HOST is 127.0.0.1, which only this host reaches.',
    );
    expect(run(['config', 'unset', 'ROLE', 'HOST']).stdout).not.toContain('!');
    writeFileSync(path.join(data, 'taskfleet.env'), 'export MONGO_URL=s3cret\n');
    expect(run(['stop'])).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('line 1: write NAME=value') as string,
    });
  });
});

describe('the file', () => {
  it('has what several shells set at once', async () => {
    writeFileSync(path.join(data, 'taskfleet.env'), '');
    const values = ['BCRYPT_COST=11', 'RATE_LIMIT=100', 'LOG_KEEP=7', 'LOG_LEVEL=warn'];
    const set = (value: string) =>
      promisify(execFile)(
        process.execPath,
        [path.join(clone, 'scripts', 'bootstrap.js'), 'config', 'set', value],
        { cwd: clone, env: newShell },
      );
    await Promise.all(values.map(set));
    const written = readFileSync(path.join(data, 'taskfleet.env'), 'utf8').trim().split('\n');
    expect(written.sort()).toEqual(values.sort());
    expect(readdirSync(data).filter((name) => name.endsWith('.env.lock'))).toEqual([]);
  });
});

describe('a server of the stack', () => {
  it('is not kept by its URL: the next start would take it for a server that it need not start', () => {
    writeFileSync(path.join(data, 'taskfleet.env'), '');
    const services = { redis: { url: 'redis://:s3cret@127.0.0.1:6400', name: 'Redis' } };
    const env = { REDIS_URL: services.redis.url };
    writeFileSync(path.join(data, 'stack.json'), JSON.stringify({ env, services }));
    const { status, stderr, stdout } = run(['config', 'set', 'REDIS_URL']);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toContain('To keep it: npx taskfleet config unset REDIS_URL');
    rmSync(path.join(data, 'stack.json'));
  });
});

describe('a data folder outside of the clone', () => {
  const other = path.join(folder, 'other data');
  const folderOf = (env?: NodeJS.ProcessEnv) => /^Data folder +(.*)$/m.exec(run(['config'], env).stdout)?.[1];

  it('is found by later commands once config set has named it, until a start chooses another', () => {
    rmSync(path.join(data, 'taskfleet.env'));
    expect(run(['config', 'set', 'BCRYPT_COST=12'], { ...newShell, DATA_DIR: other })).toMatchObject({
      status: 0,
    });
    expect(folderOf()).toBe(path.relative(clone, other));
    writeFileSync(path.join(other, 'stack.json'), '{}');
    expect(run(['config', 'set', 'BCRYPT_COST=12'], { ...newShell, DATA_DIR: data })).toMatchObject({
      status: 0,
    });
    expect(folderOf()).toBe(path.relative(clone, other));
  });
});
