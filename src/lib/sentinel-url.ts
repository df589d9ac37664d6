import { isHost } from './host-name';

/** What a URL of Redis Sentinel says. */
export interface SentinelUrl {
  sentinels: { host: string; port: number }[];
  /** Name of the primary at the sentinels. */
  name: string;
  /** Login of the Redis servers. */
  username?: string;
  password?: string;
  sentinelUsername?: string;
  sentinelPassword?: string;
  db: number;
  isTls: boolean;
}

export const SENTINEL_FORM = 'redis+sentinel://[user:password@]host[:26379],…/NAME[/db]';
const SENTINEL_PORT = 26_379;
/** A query holds no `@`, since what stands before the last one is hidden when the URL is shown. */
const FORM =
  /^redis(?<tls>s?)\+sentinel:\/\/(?:(?<login>.*)@)?(?<hosts>[^/?#@]+)\/(?<name>[\w.%-]+)(?:\/(?<db>\d{1,5}))?(?:\?(?<query>[^#@]*))?$/s;
const HOST = /^(?<host>\[[\da-fA-F:.]+\]|[\w.-]+)(?::(?<port>\d{1,5}))?$/;

function sentinelOf(text: string) {
  const { host, port = SENTINEL_PORT } = HOST.exec(text)?.groups ?? {};
  const isPort = Number(port) > 0 && Number(port) < 65_536;
  const name = host?.replace(/^\[|\]$/g, '');
  return name && isHost(name) && isPort ? { host: name, port: Number(port) } : undefined;
}

/** @returns `undefined` if the URL does not have this form */
export function parseSentinelUrl(url: string): SentinelUrl | undefined {
  const { tls, login = '', hosts = '', name, db = 0, query } = FORM.exec(url)?.groups ?? {};
  const sentinels = hosts.split(',').map(sentinelOf);
  if (!name || !sentinels.every((sentinel) => sentinel !== undefined)) return undefined;
  const more = Object.fromEntries(new URLSearchParams(query));
  const { sentinelUsername, sentinelPassword, ...unknown } = more;
  if (Object.keys(unknown).length > 0) return undefined;
  const [username = '', ...rest] = login.split(':');
  try {
    return {
      sentinels,
      name: decodeURIComponent(name),
      ...(username && { username: decodeURIComponent(username) }),
      ...(rest.length > 0 && { password: decodeURIComponent(rest.join(':')) }),
      ...(sentinelUsername && { sentinelUsername }),
      ...(sentinelPassword && { sentinelPassword }),
      db: Number(db),
      isTls: tls === 's',
    };
  } catch {
    return undefined;
  }
}
