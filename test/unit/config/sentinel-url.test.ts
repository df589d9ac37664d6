import { redisUrlFaults } from '../../../src/lib/redis-url';
import { parseSentinelUrl } from '../../../src/lib/sentinel-url';

describe('a URL of Redis Sentinel', () => {
  it('names sentinels, the primary, and a login for each kind of server', () => {
    expect(
      parseSentinelUrl(
        'rediss+sentinel://app:p%40s:s@one:26380,10.0.0.2,[fd00::3]:26379/main/2?sentinelUsername=s&sentinelPassword=a%2Fb',
      ),
    ).toEqual({
      sentinels: [
        { host: 'one', port: 26380 },
        { host: '10.0.0.2', port: 26379 },
        { host: 'fd00::3', port: 26379 },
      ],
      name: 'main',
      username: 'app',
      password: 'p@s:s',
      sentinelUsername: 's',
      sentinelPassword: 'a/b',
      db: 2,
      isTls: true,
    });
    expect(parseSentinelUrl('redis+sentinel://:secret@one/main')).toEqual({
      sentinels: [{ host: 'one', port: 26379 }],
      name: 'main',
      password: 'secret',
      db: 0,
      isTls: false,
    });
  });

  it.each([
    ['no name', 'redis+sentinel://one:26379'],
    ['an empty name', 'redis+sentinel://one:26379/'],
    ['no host', 'redis+sentinel:///main'],
    ['an empty host', 'redis+sentinel://one,,two/main'],
    ['a port out of range', 'redis+sentinel://one:70000/main'],
    ['a database that is no number', 'redis+sentinel://one/main/x'],
    ['an unknown parameter', 'redis+sentinel://one/main?master=x'],
    ['a parameter with @', 'redis+sentinel://one/main?sentinelPassword=a@b'],
    ['a broken escape', 'redis+sentinel://:a%zz@one/main'],
  ])('is refused with %s', (_what, url) => {
    expect(parseSentinelUrl(url)).toBeUndefined();
    expect(redisUrlFaults(url)).not.toEqual([]);
  });
});

describe('a URL of a Redis server', () => {
  it.each(['redis://one', 'rediss://user:p%40ss@one:6380/3', 'redis://:secret@[fd00::1]:6379', 'redis:///1'])(
    'may be %s',
    (url) => expect(redisUrlFaults(url)).toEqual([]),
  );

  it.each([
    ['several servers', 'redis://one:6379,redis://two:6379'],
    ['a port out of range', 'redis://one:99999'],
    ['a broken escape', 'redis://:a%zz@one'],
    ['another scheme', 'http://one'],
  ])('is refused with %s', (_what, url) => expect(redisUrlFaults(url)).not.toEqual([]));
});
