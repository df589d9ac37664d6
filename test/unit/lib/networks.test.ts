import { areNetworksOrNone, createNetworkCheck, isNetwork, networksOf } from '../../../src/lib/networks';

describe('networks', () => {
  it.each(['10.0.0.5', '10.0.0.0/8', '::1', 'fd00::/8', 'loopback', 'uniquelocal'])('accept %s', (item) =>
    expect(isNetwork(item)).toBe(true),
  );
  it.each(['', 'none', '10.0.0.0/33', '10.0.0.0/', 'x', '1.2.3', 'constructor', '::/129', 'fe80::1%eth0'])(
    'refuse %s',
    (item) => expect(isNetwork(item)).toBe(false),
  );

  it('are none only alone', () => {
    expect(areNetworksOrNone(['none'])).toBe(true);
    expect(areNetworksOrNone(['none', 'loopback'])).toBe(false);
  });

  it('are written with their bits', () => {
    expect(networksOf(['loopback', '10.0.0.5', '::2', 'fd00::/8', 'none'])).toEqual([
      '127.0.0.0/8',
      '::1/128',
      '10.0.0.5/32',
      '::2/128',
      'fd00::/8',
    ]);
  });

  it.each([
    ['loopback', '127.0.0.9 ::1 ::ffff:127.0.0.1', '10.0.0.1 ::2 unknown'],
    [
      'uniquelocal',
      '10.1.2.3 172.16.0.1 192.168.1.1 fd00::1 ::ffff:10.0.0.1',
      '11.0.0.1 172.32.0.1 127.0.0.1',
    ],
    [
      '10.1.0.0/16, 2001:db8::/32',
      '10.1.9.9 2001:db8:1::1',
      '10.2.0.1 2001:db9::1 127.0.0.1 unknown fe80::1%eth0',
    ],
    ['none', '', '127.0.0.1 ::1'],
  ])('%s contain %s, not %s', (items, inside, outside) => {
    const contain = createNetworkCheck(items.split(', '));
    const listed = (text: string) => text.split(' ').filter(Boolean);
    for (const address of listed(inside)) expect([address, contain(address)]).toEqual([address, true]);
    for (const address of listed(outside)) expect([address, contain(address)]).toEqual([address, false]);
  });
});
