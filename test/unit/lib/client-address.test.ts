import { isLoopback, networkOf } from '../../../src/lib/client-address';

describe('the address of a client', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::9', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['', 'unknown'],
    ['x'.repeat(8_000), 'unknown'],
  ])('counts %.30s by %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });

  it.each([
    ['127.0.0.1', true],
    ['127.8.9.10', true],
    ['::ffff:127.0.0.1', true],
    ['::1', true],
    ['127.evil.example', false],
    ['10.0.0.1', false],
    ['::2', false],
    ['', false],
  ])('knows whether %s is loopback', (address, is) => {
    expect(isLoopback(address)).toBe(is);
  });
});
