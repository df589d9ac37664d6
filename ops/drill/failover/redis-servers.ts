import fs from 'node:fs';
import path from 'node:path';
import { Redis } from 'ioredis';
import { UserError, waitUntil } from '../../../tools/command/run-command';
import { findFree } from '../../../tools/local-servers/ports';
import { newSecret } from '../../../tools/local-servers/secrets';
import { redis } from '../../../tools/local-servers/servers/redis';
import { dir } from '../own-stack';
import { openGroup } from './server-group';

const folder = path.join(dir, 'redis-servers');
const FIRST_PORT = 16_400;
const READY_MS = 15_000;
/** Name of the primary at the sentinels. */
const NAME = 'main';
const QUORUM = 2;
/** Servers, then sentinels. */
const names = ['redis-1', 'redis-2', 'sentinel-1', 'sentinel-2', 'sentinel-3'] as const;
type Name = (typeof names)[number];
type ServerName = Extract<Name, `redis-${number}`>;
const sentinels = names.slice(2);

export type RedisServers = Awaited<ReturnType<typeof startRedisServers>>;

/** Starts a primary, its replica, and three sentinels of it. */
export async function startRedisServers() {
  const found = redis.find();
  if (!found) throw new UserError('redis-server was not found. `npm start` installs it.');
  const first = await findFree(FIRST_PORT, { size: names.length });
  const password = newSecret();
  const portOf = (name: Name) => first + names.indexOf(name);
  const watch = (primary: ServerName) => [
    ['MONITOR', NAME, '127.0.0.1', portOf(primary), QUORUM],
    ['SET', NAME, 'down-after-milliseconds', 1_000, 'failover-timeout', 5_000, 'auth-pass', password],
  ];

  const group = await openGroup(folder, redis.executables);
  const clients = new Map<Name, Redis>();

  function start(name: Name, lines: string[]): void {
    const home = path.join(folder, name);
    fs.mkdirSync(home, { recursive: true, mode: 0o700 });
    const own = ['bind 127.0.0.1', `port ${portOf(name)}`, 'dir .', ...lines];
    const text = own.map((line) => `${line}\n`).join('');
    fs.writeFileSync(path.join(home, 'redis.conf'), text, { mode: 0o600 });
    // A path would need quoting.
    const args = ['redis.conf', ...(name.startsWith('sentinel') ? ['--sentinel'] : [])];
    group.run(name, home, { script: found!.bin, args });
  }
  function startServer(name: ServerName, primary?: ServerName): void {
    const lines = ['save ""', `requirepass ${password}`, `masterauth ${password}`];
    // The data of a new primary replaces that of the old one at once.
    lines.push('repl-diskless-sync-delay 0', 'maxmemory 64mb', 'maxmemory-policy volatile-ttl');
    start(name, primary ? [...lines, `replicaof 127.0.0.1 ${portOf(primary)}`] : lines);
  }

  function clientOf(name: Name): Redis {
    const known = clients.get(name);
    if (known) return known;
    const login = name.startsWith('sentinel') ? {} : { password };
    const client = new Redis({ host: '127.0.0.1', port: portOf(name), ...login, commandTimeout: 1_000 });
    client.on('error', () => {});
    clients.set(name, client);
    return client;
  }
  const ask = (name: Name, command: string, ...args: (string | number)[]) =>
    clientOf(name).call(command, ...args);
  const atAll = (calls: (string | number)[][]) =>
    Promise.all(
      sentinels.map(async (name) => {
        for (const call of calls) await ask(name, 'SENTINEL', ...call);
      }),
    );

  const replication = async (name: ServerName) => String(await ask(name, 'INFO', 'replication'));
  /** Waits until a replica has the data of its primary, and the sentinels know both of them and each other. */
  const waitForReplica = (replica: ServerName) =>
    waitUntil(
      async () => {
        if (!(await replication(replica)).includes('master_link_status:up')) return false;
        const known = await Promise.all(sentinels.map((name) => ask(name, 'SENTINEL', 'MASTER', NAME)));
        return known.every((facts) => {
          const of = (field: string) => (facts as string[])[(facts as string[]).indexOf(field) + 1];
          return of('num-slaves') === '1' && of('num-other-sentinels') === '2' && of('flags') === 'master';
        });
      },
      { timeoutMs: 40_000, everyMs: 200, what: `${replica} did not become a replica (see ${folder})` },
    );

  async function stop(): Promise<void> {
    clients.forEach((client) => client.disconnect());
    await group.stop();
  }

  try {
    startServer('redis-1');
    startServer('redis-2', 'redis-1');
    sentinels.forEach((name) => start(name, []));
    const areUp = async () => (await Promise.all(names.map((name) => ask(name, 'PING')))).length > 0;
    await waitUntil(() => areUp().catch(() => false), { timeoutMs: READY_MS, what: 'A Redis did not start' });
    await atAll(watch('redis-1'));
    await waitForReplica('redis-2');
  } catch (error) {
    await stop();
    throw error;
  }

  return {
    /** REDIS_URL by all sentinels. */
    url: `redis+sentinel://:${password}@${sentinels.map((name) => `127.0.0.1:${portOf(name)}`).join()}/${NAME}`,
    signal: (name: ServerName, signal: NodeJS.Signals) => group.signal(name, signal),
    /** Starts a server that was killed as a replica of the other one. */
    restart: startServer,
    waitForReplica,
    /** Exchanges both roles as an operator does, who has the sentinels forget the old primary; clients stay. */
    async exchange(primary: ServerName, replica: ServerName): Promise<void> {
      await atAll([['REMOVE', NAME]]);
      await ask(replica, 'REPLICAOF', 'NO', 'ONE');
      await ask(primary, 'REPLICAOF', '127.0.0.1', portOf(replica));
      await atAll(watch(replica));
    },
    stop,
  };
}
