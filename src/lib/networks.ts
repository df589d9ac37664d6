import { BlockList, isIP } from 'node:net';
import { isLoopback } from './client-address';

/** Networks with a name: Express knows them too, in `trust proxy`. */
const NAMED: Record<string, string[]> = {
  loopback: ['127.0.0.0/8', '::1/128'],
  linklocal: ['169.254.0.0/16', 'fe80::/10'],
  uniquelocal: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
};
const NONE = 'none';

const bitsOf = (address: string) => (isIP(address) === 4 ? 32 : 128);

/** Accepts an address, a network such as 10.0.0.0/8, or a name. */
export function isNetwork(item: string): boolean {
  if (Object.hasOwn(NAMED, item)) return true;
  const [, address = item, bits = '0'] = /^(.+)\/(\d{1,3})$/.exec(item) ?? [];
  // NGINX knows no interface of an address (fe80::1%eth0), and would not start.
  return isIP(address) > 0 && !address.includes('%') && Number(bits) <= bitsOf(address);
}

/** Does the same for a whole list, which may also be `none`. */
export const areNetworksOrNone = (items: string[]): boolean =>
  (items.length === 1 && items[0] === NONE) || items.every(isNetwork);

export const itemsOf = (text: string): string[] => text.split(',').map((item) => item.trim());

/** Returns the networks of these items as NGINX writes them, with the number of bits. */
export const networksOf = (items: string[]): string[] =>
  items
    .filter((item) => item !== NONE)
    .flatMap((item) => NAMED[item] ?? (item.includes('/') ? item : `${item}/${bitsOf(item)}`));

/** Creates a function that returns whether an address is in one of these networks. */
export function createNetworkCheck(items: string[]): (address: string) => boolean {
  // Quick, since nearly always it is all there is; a block list takes 5 µs for each address.
  const hasLoopback = items.includes('loopback');
  const others = networksOf(items.filter((item) => item !== 'loopback'));
  const list = new BlockList();
  for (const network of others) {
    const [address, bits] = network.split('/') as [string, string];
    list.addSubnet(address, Number(bits), isIP(address) === 4 ? 'ipv4' : 'ipv6');
  }
  return (address) =>
    (hasLoopback && isLoopback(address)) ||
    (others.length > 0 && list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4'));
}
