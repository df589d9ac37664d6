import { spawnSync } from 'node:child_process';
import path from 'node:path';

const check = path.join(__dirname, '..', '..', '..', 'dist', 'cli', 'check-config.js');

/** Runs the check that `npm start` and `npm run reload` make before they change anything. */
function judged(more: Record<string, string>) {
  const JWT_SECRET = 'Jq3v9Zb7Lk2mXw8RtYp5NcHd4FgSaEu6';
  const env = {
    PATH: process.env.PATH,
    NODE_ENV: 'production',
    MONGO_URL: 'mongodb://localhost',
    JWT_SECRET,
  };
  const { stdout, stderr, status } = spawnSync(process.execPath, [check], {
    env: { ...env, ...more },
    encoding: 'utf8',
  });
  return { said: stdout.trim().split('\n'), stderr, status };
}

describe('the check of the configuration', () => {
  it('warns of misspelt names and unwise values, and lets them pass', () => {
    const { said, status } = judged({ BCRYPT_COTS: '12', BCRYPT_COST: '8' });
    expect(status).toBe(0);
    expect(said).toEqual([
      'BCRYPT_COTS is set, but no process reads it. Did you mean BCRYPT_COST?',
      expect.stringMatching(/^BCRYPT_COST is 8: .*BCRYPT_COST=10 npm start/),
    ]);
  });

  it('refuses wrong values, and prints nothing for right ones', () => {
    expect(judged({})).toEqual({ said: [''], stderr: '', status: 0 });
    expect(judged({ BCRYPT_COST: '99' })).toMatchObject({
      stderr: expect.stringContaining('BCRYPT_COST is "99"') as string,
      status: 1,
    });
  });
});
