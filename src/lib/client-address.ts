import { isIPv4, isIPv6 } from 'node:net';

/** IPv4 as a socket of IPv6 tells it. */
const plain = (address: string) => address.replace(/^::ffff:(?=\d+\.)/i, '');

export function isLoopback(address: string): boolean {
  const known = plain(address);
  return known === '::1' || (isIPv4(known) && known.startsWith('127.'));
}

/** What a client is counted by: of IPv6 the /64, since whoever has one address has all 2^64 of it. */
export function networkOf(address: string): string {
  const known = plain(address);
  if (isIPv4(known)) return known;
  const bare = known.split('%')[0]!;
  if (!isIPv6(bare)) return 'unknown';
  // URL writes each address in one way alone (RFC 5952).
  const [head, tail] = new URL(`http://[${bare}]`).hostname
    .slice(1, -1)
    .split('::')
    .map((part) => part.split(':').filter(Boolean)) as [string[], string[] | undefined];
  const zeros = tail ? Array<string>(8 - head.length - tail.length).fill('0') : [];
  return `${[...head, ...zeros, ...(tail ?? [])].slice(0, 4).join(':')}::/64`;
}
