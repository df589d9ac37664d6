import { isHost } from './host-name';
import { parseSentinelUrl, SENTINEL_FORM } from './sentinel-url';
import { splitUrls } from './url-list';

export const REDIS_FORMS = `redis://…, rediss://… or ${SENTINEL_FORM}`;
const ENCODE = 'in a name or password write % as %25, @ as %40, : as %3A, / as %2F, ? as %3F and # as %23';

/** Returns whether the login can be decoded; ioredis would end the start with "URI malformed" alone. */
function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * Returns what is wrong with a URL of a Redis server or of sentinels, to go on after the name of the variable. No fault
 * has a part of the URL, which may be a password.
 */
export function redisUrlFaults(text: string): string[] {
  const [, isOfSentinels] = /^rediss?(\+sentinel)?:\/\//.exec(text) ?? [];
  if (!/^rediss?(\+sentinel)?:\/\//.test(text)) return ['begins with another scheme'];
  if (isOfSentinels) return parseSentinelUrl(text) ? [] : [faultOfSentinels(text)];
  if (splitUrls(text).length > 1) return ['names several servers: name the primary, or its sentinels'];
  if (!URL.canParse(text)) return [`is not a URL: ${ENCODE}`];
  const { username, password, hostname, pathname, search, hash, port } = new URL(text);
  // A raw `/`, `?` or `#` in a password ends the host there, so that the rest with its `@` stands behind it.
  if (/@/.test(pathname + search) || hash) return [`is ambiguous: ${ENCODE}`];
  if (!isDecodable(username + password)) return [`has a % that begins no code: ${ENCODE}`];
  if (hostname && !isHost(hostname.replace(/^\[|\]$/g, ''))) return [`has no valid host: ${ENCODE}`];
  return port === '0' ? ['has the port 0: a port is a number from 1 to 65535'] : [];
}

const faultOfSentinels = (text: string) =>
  isDecodable(text.slice(0, text.lastIndexOf('@') + 1))
    ? `does not name sentinels in the form that is known; ${ENCODE}`
    : `has a % that begins no code: ${ENCODE}`;
