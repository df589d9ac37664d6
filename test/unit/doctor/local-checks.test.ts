import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { localChecks } from '../../../ops/doctor/local-checks';
import type { Stack } from '../../../ops/stack/types';
import { runChecks } from '../../../src/doctor/check';

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
