import { isIPv4, isIPv6 } from 'node:net';

/** Strips the prefix that an IPv6 socket adds to IPv4 addresses. */
const plain = (address: string) => address.replace(/^::ffff:(?=\d+\.)/i, '');

export function isLoopback(address: string): boolean {
  const known = plain(address);
  return known === '::1' || (isIPv4(known) && known.startsWith('127.'));
}

/** Network by which a client is counted: the /64 for IPv6, since its owner has all 2^64 addresses. */
export function networkOf(address: string): string {
  const known = plain(address);
  if (isIPv4(known)) return known;
  const bare = known.split('%')[0]!;
  if (!isIPv6(bare)) return 'unknown';
  // URL normalizes addresses (RFC 5952).
  const [head, tail] = new URL(`http://[${bare}]`).hostname
    .slice(1, -1)
    .split('::')
    .map((part) => part.split(':').filter(Boolean)) as [string[], string[] | undefined];
  const zeros = tail ? Array<string>(8 - head.length - tail.length).fill('0') : [];
  return `${[...head, ...zeros, ...(tail ?? [])].slice(0, 4).join(':')}::/64`;
}
