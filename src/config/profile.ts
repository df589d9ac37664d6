type Variables = Record<string, string | undefined>;

/** Returns whether this is no machine of a developer: PROFILE=production. */
export const isProduction = (env: Variables): boolean => env.PROFILE === 'production';

/** Returns the LIMIT_EXEMPT of a local stack, whose own default depends on PROFILE. */
export function limitExemptOf(env: Variables): string {
  const { RATE_LIMIT_EXEMPT_LOOPBACK: loopback } = env;
  const byDefault = isProduction(env) || loopback === 'false' ? 'none' : 'loopback';
  const given = env.LIMIT_EXEMPT || byDefault;
  if (loopback !== 'true' || given.includes('loopback')) return given;
  return given === 'none' ? 'loopback' : `${given}, loopback`;
}
