import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { followReign } from '../../../src/cache/follow-reign';
import { createLiveChannel } from '../../../src/infra/redis/live-channel';
import { unknownPrimary } from '../../../src/infra/redis/ask-sentinels';
import { inspectRedis } from '../../../src/infra/redis/inspection';
import { connectRedis } from '../../../src/infra/redis/redis';
import { createLogger } from '../../../src/process/logger';
import { startRedis } from '../../support/redis-server';
import { startTcpProxy } from '../../support/tcp-proxy';
import { useCache, useRedis } from '../../support/use-api';
import { eventually } from '../../support/wait';

const server = useRedis();
const cache = useCache(server);

/** Blocks this process. */
const standStill = (ms: number) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

describe('the Redis client', () => {
  it('does not mistake its own pause for one of Redis', async () => {
    const answers = cache.redis.getAll(['nothing'], cache.redis.reign()!);
    await setImmediate(); // It is sent.
    standStill(300);
    await expect(answers).resolves.toEqual([null]);
  });

  it('names the reign by what separates the keys of workers: server, database and prefix', async () => {
    const idOf = async (path: string, prefix: string) => {
      const redis = connectRedis(`${server.url}${path}`, { prefix, logger: createLogger('silent', 'test') });
      await eventually(() => redis.reign());
      redis.close();
      return redis.reign()!.id;
    };
    const id = await idOf('', 'one');
    expect(await idOf('/0', 'one')).toBe(id);
    expect(await idOf('/1', 'one')).not.toBe(id);
    expect(await idOf('', 'two')).not.toBe(id);
  });

  it('gives up a frozen Redis', async () => {
    server.freeze();
    await expect(cache.redis.getAll(['nothing'], cache.redis.reign()!)).rejects.toThrow('Command timed out');
  });
});

describe('the Redis client of a server of another kind', () => {
  const connect = (url: string) =>
    connectRedis(url, { prefix: 'test', logger: createLogger('silent', 'test') });

  it('does not use a Redis Cluster, and a worker refuses to start on one', async () => {
    const cluster = await startRedis(['--cluster-enabled', 'yes', '--cluster-config-file', 'nodes.conf']);
    await cluster.command('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
    const redis = connect(cluster.url);
    await redis.known();
    expect([redis.isCluster(), redis.reign()]).toEqual([true, undefined]);
    const board = { reignInForce: () => undefined, putInForce: jest.fn() };
    const following = followReign({ redis, board, logger: createLogger('silent', 'test') });
    await expect(following.start()).rejects.toThrow('leads to a Redis Cluster, which taskfleet does not use');
    expect(board.putInForce).not.toHaveBeenCalled();
    redis.close();
    await cluster.remove();
  });

  it('follows the sentinels to the primary', async () => {
    const [one, two] = [await startRedis(), await startRedis()];
    const sentinel = await startRedis([], 'sentinel');
    const monitor = async ({ port }: typeof one) => {
      await sentinel.command('SENTINEL', 'REMOVE', 'main').catch(() => {});
      await sentinel.command('SENTINEL', 'MONITOR', 'main', '127.0.0.1', String(port), '1');
    };
    await monitor(one);
    // The first sentinel does not answer.
    const redis = connect(`redis+sentinel://127.0.0.1:9,127.0.0.1:${sentinel.port}/main`);
    const runOf = async (server: typeof one) =>
      /run_id:(\w{12})/.exec(await server.command('INFO', 'server'))![1];
    await eventually(() => redis.reign());
    expect(redis.reign()!.run).toBe(await runOf(one));
    await monitor(two);
    await one.command('REPLICAOF', '127.0.0.1', String(two.port));
    const run = await runOf(two);
    await eventually(() => redis.reign()?.run === run);
    redis.close();
    await Promise.all([one, two, sentinel].map((server) => server.remove()));
  });

  it('says that sentinels know no such primary, and that a password is wrong', async () => {
    const sentinel = await startRedis([], 'sentinel');
    const url = `redis+sentinel://127.0.0.1:9,127.0.0.1:${sentinel.port}/nosuch`;
    const says = 'the sentinels know no primary `nosuch`: it is the name after the sentinels in REDIS_URL';
    expect(await unknownPrimary(url, 1_000)).toBe(says);
    await expect(inspectRedis(url, 2_000)).rejects.toThrow(says);
    expect(await unknownPrimary('redis+sentinel://127.0.0.1:9/main', 1_000)).toBeUndefined();
    const locked = await startRedis(['--requirepass', 'right']);
    const redis = connect(locked.url.replace('//', '//:wrong@'));
    try {
      await eventually(() => redis.ping().catch((error: Error) => error.message.startsWith('WRONGPASS')));
    } finally {
      redis.close();
      await Promise.all([sentinel, locked].map((each) => each.remove()));
    }
  });

  it('listens again after an outage of the sentinels and of the connection', async () => {
    const primary = await startRedis();
    const sentinel = await startRedis([], 'sentinel');
    await sentinel.command('SENTINEL', 'MONITOR', 'main', '127.0.0.1', String(primary.port), '1');
    const link = await startTcpProxy(sentinel.port);
    const redis = connect(`redis+sentinel://127.0.0.1:${link.port}/main`);
    await eventually(() => redis.reign());
    const heard: string[] = [];
    const listener = createLiveChannel(redis, 'live').listen((text) => void heard.push(text));
    const hears = (text: string) =>
      eventually(async () => {
        await primary.command('PUBLISH', 'live', text);
        return heard.includes(text);
      });
    await hears('before');
    link.blackHole();
    await primary.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
    // Each comes at another moment of the attempts to ask the sentinel.
    for (let times = 0; times < 5; times++) {
      await sleep(150);
      listener.renew();
    }
    link.mend();
    await hears('after');
    listener.stop();
    redis.close();
    await link.close();
    await Promise.all([primary, sentinel].map((each) => each.remove()));
  });
});
