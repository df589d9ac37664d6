import { parseBrokers } from '../../../src/lib/broker-list';

const one = (url: string) => parseBrokers(url).brokers[0];
const faultsOf = (text: string) => parseBrokers(text).faults;

describe('the list of RabbitMQ brokers', () => {
  it('has one broker or several', () => {
    const { brokers, faults } = parseBrokers('amqp://a:5673, amqps://b\n,amqp://[::1]:7000/%2f');
    expect(faults).toEqual([]);
    expect(brokers.map(({ hostname, port, isTls }) => [hostname, port, isTls])).toEqual([
      ['a', 5673, false],
      ['b', 5671, true],
      ['::1', 7000, false],
    ]);
    expect(one('amqp://a')).toMatchObject({ port: 5672, vhost: '' });
  });

  it('decodes names and passwords as UTF-8', () => {
    expect(one('amqp://a%40b:p%40%3A%2F%23%2C%25%C3%B6@h/v%2Fw')).toMatchObject({
      username: 'a@b',
      password: 'p@:/#,%ö',
      vhost: 'v%2Fw',
    });
    expect(one('amqp://h')).not.toHaveProperty('password');
  });

  it('takes what it always took: `@`, a comma and a lone `%` in a password', () => {
    expect(one('amqp://u:p@ss,50%@h')).toMatchObject({ password: 'p@ss,50%', hostname: 'h' });
  });

  it.each([
    ['amqp://u:secret/x@h', /is not a URL: .* \/ as %2F/],
    ['amqp://u:1/secret@h', /is ambiguous: .*\/ as %2F/],
    ['amqp://u:1#secret@h', /is ambiguous: .*# as %23/],
    ['amqp://u:1?secret@h', /is ambiguous: .*\? as %3F/],
    ['amqp://u:secret%E4@h', /not UTF-8/],
    ['amqp://h/%ff', /not UTF-8/],
    ['amqp://secret:x@h1:5672,h2:5672', /is not a URL|several hosts/],
    ['amqp://u:secret@h1,h2', /names several hosts: each needs an amqp:\/\//],
    ['amqp:///x', /names no host/],
    ['amqp://u:secret@h:99999', /is not a URL/],
    ['amqp://h1,redis://u:secret@h2', /^entry 2 of 2 does not begin with amqp:\/\/ or amqps:\/\//],
    ['amqp://h1,amqp://u:1#secret@h2,amqp://h3', /^entry 2 of 3 is ambiguous/],
    ['amqp://h1/a,amqp://u:secret@h2/b', /several vhosts/],
  ])('says what is wrong with %s, without its secret', (text, fault) => {
    const faults = faultsOf(text);
    expect(faults).toEqual([expect.stringMatching(fault)]);
    expect(faults.join()).not.toContain('secret');
  });

  it('lists every wrong entry', () => {
    expect(faultsOf('http://a,amqp://b,amqp:///c')).toHaveLength(2);
    expect(faultsOf('amqp://a/,amqp://b/%2f,amqp://c')).toEqual([]);
  });
});
