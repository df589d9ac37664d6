import { isProduction, limitExemptOf } from '../../../src/config/profile';

describe('PROFILE', () => {
  it('is production only if it says so', () => {
    expect(isProduction({})).toBe(false);
    expect(isProduction({ PROFILE: 'production' })).toBe(true);
  });

  it.each([
    [{}, 'loopback'],
    [{ PROFILE: 'production' }, 'none'],
    [{ PROFILE: 'production', LIMIT_EXEMPT: '10.0.0.0/8' }, '10.0.0.0/8'],
    [{ RATE_LIMIT_EXEMPT_LOOPBACK: 'false' }, 'none'],
    [{ PROFILE: 'production', RATE_LIMIT_EXEMPT_LOOPBACK: 'true' }, 'loopback'],
    [{ LIMIT_EXEMPT: '10.0.0.0/8', RATE_LIMIT_EXEMPT_LOOPBACK: 'true' }, '10.0.0.0/8, loopback'],
    [{ LIMIT_EXEMPT: 'loopback', RATE_LIMIT_EXEMPT_LOOPBACK: 'true' }, 'loopback'],
    [{ LIMIT_EXEMPT: 'none' }, 'none'],
  ])('with %j exempts %s from limits', (env, expected) => {
    expect(limitExemptOf(env)).toBe(expected);
  });
});
