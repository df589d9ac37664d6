import { isHost } from './host-name';
import { splitUrls } from './url-list';

/** One RabbitMQ broker of AMQP_URL. */
export interface Broker {
  /** Its URL as given. */
  url: string;
  isTls: boolean;
  hostname: string;
  port: number;
  /** Both are unset if the URL has no credentials. */
  username?: string;
  password?: string;
  /** Encoded; empty for the default one. */
  vhost: string;
  /** Other settings of the connection, such as frameMax. */
  query: URLSearchParams;
}

const ENCODE =
  'in a name, password or vhost write % as %25, @ as %40, : as %3A, / as %2F, ? as %3F, # as %23 and , as %2C';

/** Decodes UTF-8; leaves a `%` that begins no code. @throws URIError */
const decoded = (text: string) => text.replace(/(%[0-9a-f]{2})+/gi, (codes) => decodeURIComponent(codes));

/** @throws Error whose message has no part of the URL */
function parseBroker(text: string): Broker {
  if (!/^amqps?:\/\//.test(text)) throw new Error('does not begin with amqp:// or amqps://');
  if (!URL.canParse(text)) throw new Error(`is not a URL: ${ENCODE}`);
  const url = new URL(text);
  // A raw `/`, `?` or `#` in a password ends the host there, so that the rest with its `@` stands behind it.
  if (/@/.test(url.pathname + url.search) || url.hash) throw new Error(`is ambiguous: ${ENCODE}`);
  const hostname = url.hostname.replace(/^\[|\]$/g, '');
  if (!hostname) throw new Error('names no host');
  if (hostname.includes(','))
    throw new Error('names several hosts: each needs an amqp:// or amqps:// of its own');
  if (!isHost(hostname)) throw new Error(`has no valid host: ${ENCODE}`);
  if (url.port === '0') throw new Error('has the port 0: a port is a number from 1 to 65535');
  const isTls = url.protocol === 'amqps:';
  const vhost = url.pathname.slice(1);
  decoded(vhost);
  const hasLogin = url.username !== '' || url.password !== '';
  return {
    url: text,
    isTls,
    hostname,
    port: Number(url.port) || (isTls ? 5671 : 5672),
    ...(hasLogin && { username: decoded(url.username), password: decoded(url.password) }),
    vhost,
    query: url.searchParams,
  };
}

/** Parses AMQP_URL: one broker or several of one cluster. `faults` say what is wrong, without credentials. */
export function parseBrokers(text: string): { brokers: Broker[]; faults: string[] } {
  const urls = splitUrls(text);
  const faults: string[] = [];
  const brokers = urls.flatMap((url, index) => {
    const entry = urls.length > 1 ? `entry ${index + 1} of ${urls.length} ` : '';
    try {
      return [parseBroker(url)];
    } catch (error) {
      const says =
        error instanceof URIError ? `has a code that is not UTF-8: ${ENCODE}` : (error as Error).message;
      faults.push(`${entry}${says}`);
      return [];
    }
  });
  if (new Set(brokers.map(({ vhost }) => decoded(vhost) || '/')).size > 1)
    faults.push('names several vhosts: all brokers must be of one cluster and one vhost');
  return { brokers, faults };
}
