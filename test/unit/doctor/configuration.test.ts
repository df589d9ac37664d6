import { judgeConfiguration } from '../../../src/doctor/judge-configuration';
import { nextEnvironment, bothConfigurations } from '../../../ops/doctor/configuration';

type Variables = Record<string, string>;

const started = {
  NODE_ENV: 'production',
  MONGO_URL: 'mongodb://h/x',
  BASE_PORT: '4001',
  JWT_SECRET: 'hU8-vS2mXqLd0cKz5RtYw1GfBn7JpE4a',
};
/** Combines the findings as `npm run doctor` does, which checks each part in a separate process. */
const look = (env: Variables, shell: Variables) =>
  bothConfigurations(
    judgeConfiguration(env),
    judgeConfiguration(nextEnvironment(shell, env)),
    shell,
    env,
  ).map(({ level, says }) => `${level} ${says}`);

describe('the doctor on the configuration', () => {
  it('distinguishes the running configuration from that of this shell', () => {
    const unwise = { BCRYPT_COST: '4', JWT_SECRET: 'changeme'.repeat(5) };
    const fine = 'ok What runs: every variable is as it should be';
    expect(look(started, {})).toEqual([fine]);
    expect(look(started, unwise)).toEqual([
      fine,
      expect.stringMatching(/^warning This shell, for the next npm start: BCRYPT_COST is 4/),
      expect.stringMatching(/^warning This shell, for the next npm start: JWT_SECRET looks like/),
    ]);
    // The next start from a shell that sets nothing uses the defaults.
    expect(look({ ...started, ...unwise }, {})).toEqual([
      expect.stringMatching(/^warning What runs: BCRYPT_COST is 4/),
      expect.stringMatching(/^warning What runs: JWT_SECRET looks like/),
    ]);
    expect(look({ ...started, BCRYPT_COST: '4' }, { BCRYPT_COST: '4' })).toEqual([
      expect.stringMatching(/^warning What runs, and this shell: BCRYPT_COST is 4/),
    ]);
  });

  it('finds faults and misspelled names in the shell', () => {
    expect(look(started, { API_WORKERS: 'x', RATE_LIMITS: '5' }).slice(1)).toEqual([
      expect.stringMatching(/^error This shell, for the next npm start: API_WORKERS is "x"/),
      expect.stringMatching(/^warning This shell, for the next npm start: RATE_LIMITS is set/),
    ]);
    expect(look(started, { API_WORKERS: '3' })[1]).toBe(
      'ok This shell, for the next npm start: API_WORKERS set, with allowed values',
    );
  });
});
