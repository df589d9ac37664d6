import { Redis } from 'ioredis';
import { askSentinels, unknownPrimary } from './ask-sentinels';
import { infoField, isClusterInfo, runOf } from './reign';
import { sentinelOptions } from './sentinel-options';

export type RedisFacts = Awaited<ReturnType<typeof inspectRedis>>;

export async function inspectRedis(url: string, limitMs: number) {
  const options = {
    lazyConnect: true,
    connectTimeout: limitMs,
    commandTimeout: limitMs,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  };
  const sentinels = sentinelOptions(url);
  const client = sentinels
    ? new Redis({ ...options, ...sentinels, sentinelRetryStrategy: () => null })
    : new Redis(url, options);
  let reason: Error | undefined;
  client.on('error', (error: Error) => (reason = error));
  // A server that accepts the connection and never answers would hold it for ever.
  const giveUp = setTimeout(() => client.disconnect(), limitMs);
  try {
    await client.connect();
    const asked = performance.now();
    const [seconds, micros] = await client.time();
    const latencyMs = performance.now() - asked;
    const skewMs = Number(seconds) * 1_000 + Number(micros) / 1_000 - (Date.now() - latencyMs / 2);
    const info = await client.info();
    const field = (name: string) => infoField(info, name);
    // Some providers forbid CONFIG.
    const save = await client.config('GET', 'save').then(
      (answer) => answer[1],
      () => undefined,
    );
    return {
      version: field('redis_version'),
      latencyMs,
      skewMs,
      maxMemory: Number(field('maxmemory')),
      policy: field('maxmemory_policy'),
      isCluster: isClusterInfo(info),
      role: field('role'),
      runId: runOf(info),
      replicas: Number(field('connected_slaves')),
      sentinels: await askSentinels(url, limitMs / 2),
      isPersistent: field('aof_enabled') === '1' || Boolean(save),
    };
  } catch (error) {
    const unknown = sentinels && (await unknownPrimary(url, limitMs / 2));
    if (unknown) throw new Error(unknown, { cause: error });
    // ioredis' "Connection is closed" hides the reason.
    throw reason ?? error;
  } finally {
    clearTimeout(giveUp);
    client.disconnect();
  }
}
