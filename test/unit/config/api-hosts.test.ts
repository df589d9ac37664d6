import { addressesOf, parseApiHosts } from '../../../src/config/api-hosts';
import { configFaults } from '../../../src/config/faults';
import { stackSchema } from '../../../src/config/stack-variables';

const faultOf = (text: string) => parseApiHosts(text).fault;

describe('API_HOSTS', () => {
  it('names addresses and names, with a port or a range of ports', () => {
    const { hosts, fault } = parseApiHosts('10.0.0.11:4001-4003, api.internal:4001,[FD00:0::1]:4001-4002');
    expect(fault).toBeUndefined();
    expect(hosts.flatMap(addressesOf)).toEqual([
      '10.0.0.11:4001',
      '10.0.0.11:4002',
      '10.0.0.11:4003',
      'api.internal:4001',
      '[fd00::1]:4001',
      '[fd00::1]:4002',
    ]);
    expect(hosts.map(({ isName }) => isName)).toEqual([false, true, false]);
  });

  it.each(['tasks.taskfleet_api:4001', 'API.Internal:4001', 'h1:1-128', 'a:1,a:2', 'api.internal.:4001'])(
    'can be %s',
    (text) => expect(faultOf(text)).toBeUndefined(),
  );

  it.each([
    ['10.0.0.11:4001,', 'has an empty entry: there is a comma too many'],
    [',', 'comma too many'],
    ['10.0.0.11', 'names 10.0.0.11 without a port: write 10.0.0.11:4001, or a range'],
    ['10.0.0.11:', 'write a port or a range'],
    ['10.0.0.11:x', 'write a port or a range'],
    ['10.0.0.11:4001-', 'write a port or a range'],
    ['10.0.0.11:0', 'a port is a number from 1 to 65535'],
    ['10.0.0.11:4001-70000', 'a port is a number from 1 to 65535'],
    ['10.0.0.11:4004-4001', 'the range ends before it begins'],
    ['10.0.0.11:1-60000', 'more than 128 ports'],
    ['a:1-100,b:1-100', 'names more than 128 ports'],
    ['10.0.0.11:4001,10.0.0.11:4000-4002', 'names 10.0.0.11:4001 twice'],
    ['[fd00::1]:4001,[fd00:0:0::1]:4001', 'names [fd00::1]:4001 twice'],
    ['api:4001,API:4001', 'names api:4001 twice'],
    ['http://10.0.0.11:4001', 'leave out http://'],
    ['fd00::1', 'write an IPv6 address in brackets'],
    ['fd00::1:4001', 'write an IPv6 address in brackets'],
    ['[fd00::1', 'write an IPv6 address in brackets'],
    ['[fe80::1%eth0]:4001', 'is neither an address nor the name of a host'],
    ['[]:4001', 'is neither an address nor the name of a host'],
    ['10.0.0.300:4001', 'is neither an address nor the name of a host'],
    ['10.0.11:4001', 'is neither an address nor the name of a host'],
    ['-a:4001', 'is neither an address nor the name of a host'],
    ['a b:4001', 'is neither an address nor the name of a host'],
    ['a;b:4001', 'is neither an address nor the name of a host'],
    ['$a:4001', 'is neither an address nor the name of a host'],
    [':4001', 'is neither an address nor the name of a host'],
    ['0.0.0.0:4001', 'write the address at which NGINX reaches that host'],
    ['[::]:4001', 'write the address at which NGINX reaches that host'],
  ])('is refused as %s, with the reason', (text, reason) => {
    expect(faultOf(text)).toContain(reason);
    expect(configFaults(stackSchema, { API_HOSTS: text })).toEqual([
      expect.stringMatching(/^API_HOSTS (has|names) .*\. It can be addresses or names with their ports/),
    ]);
  });
});

describe('RESOLVER', () => {
  it.each(['10.0.0.2', '10.0.0.2:5353, [fd00::2]', '[fd00::2]:53'])('can be %s', (text) =>
    expect(configFaults(stackSchema, { RESOLVER: text })).toEqual([]),
  );
  it.each(['dns.internal', 'fd00::2', '[10.0.0.2]', '10.0.0.2:', '10.0.0.2;', ''])('cannot be "%s"', (text) =>
    expect(configFaults(stackSchema, { RESOLVER: text })).toHaveLength(1),
  );
});
