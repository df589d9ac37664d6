import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { localChecks } from '../../../ops/doctor/local-checks';
import type { Stack } from '../../../ops/stack/types';
import { appVariables, workerVariables } from '../../../src/config/app-environment';
import { askServer } from '../../../src/doctor/ask-server';
import { runChecks } from '../../../src/doctor/check';
import { portOf } from '../../support/listen';

const root = path.join(__dirname, '..', '..', '..');
const dir = mkdtempSync(path.join(os.tmpdir(), 'doctor-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** A stack that was started once and stopped. */
const stopped = {
  info: () => ({
    ...{ dir, pm2Home: path.join(dir, 'pm2'), url: 'http://127.0.0.1:9' },
    env: {
      MONGO_URL: 'mongodb://127.0.0.1:9/x',
      REDIS_URL: 'redis://127.0.0.1:9',
      AMQP_URL: 'amqp://127.0.0.1:9',
    },
  }),
  stackFile: { read: () => ({ supervisor: { home: path.join(dir, 'none') } }) },
  isPm2Running: async () => false,
} as unknown as Stack;

describe('the doctor on a stack that was stopped', () => {
  const { MONGO_URL: _m, REDIS_URL: _r, AMQP_URL: _a, ...env } = process.env;
  const errorsIn = async (shell: NodeJS.ProcessEnv) => {
    jest.replaceProperty(process, 'env', shell);
    return (await runChecks(await localChecks(stopped, root)))
      .filter(({ level }) => level === 'error')
      .map(({ says, cure }) => `${says} → ${cure}`);
  };
  afterEach(() => void jest.restoreAllMocks());

  it('reports in one line that nothing runs, and how to start it', async () => {
    expect(await errorsIn(env)).toEqual(['Nothing of this stack runs → Start it with: npm start']);
  });

  it('checks the servers that the shell names', async () => {
    expect(await errorsIn({ ...env, REDIS_URL: 'redis://127.0.0.1:9' })).toEqual([
      expect.stringMatching(/^Redis cannot be checked: no connection to 127\.0\.0\.1:9 \(ECONNREFUSED\) → /),
      expect.stringMatching(/^Nothing of this stack runs/),
    ]);
  });
});

describe('AMQP_MANAGEMENT_URL', () => {
  it('is no variable of the processes: the doctor takes it as any command does', () => {
    expect(appVariables).not.toContain('AMQP_MANAGEMENT_URL');
    expect(workerVariables({})).toMatchObject({ AMQP_MANAGEMENT_URL: '' });
  });
});

describe('a server that the doctor cannot ask', () => {
  const ask = (url: string, reason: string) =>
    askServer('Redis', url, () => Promise.reject(new Error(reason)));

  it('may run and be slow, which no restart cures', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const address = `127.0.0.1:${portOf(silent)}`;
    const [finding] = await ask(`redis+sentinel://127.0.0.1:9,${address}/main`, 'timed out');
    silent.close();
    expect(finding!.says).toMatch(/in time, though something takes connections there$/);
    expect(finding!.cure).not.toMatch(/npm (start|stop)/);
  });

  it('may not be there, or refuse the password', async () => {
    const [late] = await ask('redis://127.0.0.1:9', 'timed out');
    expect(late!.says).toMatch(/no answer from 127\.0\.0\.1:9 in time$/);
    const [refused] = await ask('redis://:secret@127.0.0.1:9', 'WRONGPASS invalid');
    expect(refused).toMatchObject({
      says: 'Redis cannot be checked: wrong or missing password for 127.0.0.1:9 (WRONGPASS)',
      cure: 'Correct the name and password in REDIS_URL',
    });
  });
});

describe('a check of the doctor', () => {
  it('that fails is a finding, and the others go on', async () => {
    const fails = () => {
      throw new Error('Cannot find module');
    };
    const fine = { group: 'Two', level: 'ok' as const, says: 'fine' };
    expect(
      await runChecks([
        { group: 'One', run: fails },
        { group: 'Two', run: () => [fine] },
      ]),
    ).toEqual([
      expect.objectContaining({ level: 'error', says: 'This could not be checked: Cannot find module' }),
      fine,
    ]);
  });
});
