import { parseSentinelUrl } from '../../lib/sentinel-url';

/** Time limit for a sentinel that accepts the connection and then does not answer. */
const SENTINEL_MS = 500;

/** Returns the options of ioredis; `undefined` if the URL names a server, which ioredis reads itself. */
export function sentinelOptions(url: string) {
  const parsed = parseSentinelUrl(url);
  if (!parsed) return undefined;
  const { isTls, ...options } = parsed;
  return {
    ...options,
    sentinelCommandTimeout: SENTINEL_MS,
    ...(isTls && { tls: {}, sentinelTLS: {}, enableTLSForSentinelMode: true }),
  };
}
