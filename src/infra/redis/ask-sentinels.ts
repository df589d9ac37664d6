import { Redis } from 'ioredis';
import { reasonOf } from '../../lib/server-away';
import { parseSentinelUrl, type SentinelUrl } from '../../lib/sentinel-url';

export interface SentinelFacts {
  address: string;
  /** Address of the primary that it names. */
  primary?: string;
  /** Why it named none. */
  reason?: string;
  /** True if it answered that it knows none of this name. */
  isUnknown?: boolean;
}

async function askOne(
  { host, port }: SentinelUrl['sentinels'][number],
  { name, sentinelUsername: username, sentinelPassword: password, isTls }: SentinelUrl,
  limitMs: number,
): Promise<SentinelFacts> {
  const client = new Redis({
    ...{ host, port, username, password },
    ...(isTls && { tls: {} }),
    lazyConnect: true,
    enableReadyCheck: false,
    connectTimeout: limitMs,
    commandTimeout: limitMs,
    retryStrategy: () => null,
  });
  let reason: Error | undefined;
  client.on('error', (error: Error) => (reason = error));
  const address = `${host}:${port}`;
  try {
    await client.connect();
    const found = await client.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name);
    return Array.isArray(found)
      ? { address, primary: found.join(':') }
      : { address, reason: `it knows no primary named ${name}`, isUnknown: true };
  } catch (error) {
    return { address, reason: reasonOf(reason ?? error) };
  } finally {
    client.disconnect();
  }
}

/** Asks each sentinel of the URL for the primary. @returns `[]` if it names a server */
export async function askSentinels(url: string, limitMs: number): Promise<SentinelFacts[]> {
  const parsed = parseSentinelUrl(url);
  return parsed ? Promise.all(parsed.sentinels.map((at) => askOne(at, parsed, limitMs))) : [];
}

/** Returns what is wrong if sentinels answer and none knows the primary that the URL names. */
export async function unknownPrimary(url: string, limitMs: number): Promise<string | undefined> {
  const answers = await askSentinels(url, limitMs);
  if (answers.some(({ primary }) => primary) || !answers.some(({ isUnknown }) => isUnknown)) return undefined;
  return `the sentinels know no primary \`${parseSentinelUrl(url)?.name}\`: it is the name after the sentinels in REDIS_URL`;
}
