import path from 'node:path';
import { findCommand, commandVersion } from '../find-command';
import { converse } from './converse';
import { writePrivate } from '../secrets';
import type { ServerDefinition } from '../types';

/** A cache: nothing on disk, so that a Redis that died comes back empty and never stale. */
const config = (port: number, password: string) => `bind 127.0.0.1
port ${port}
requirepass ${password}
# The folder it is started in: a path would need quoting.
dir .
save ""
appendonly no
maxmemory 256mb
# Only keys with an expiry are evicted, those that end soonest first: cached answers and what they depend on. Counters of
# limits have none, so nothing that is cached can push them out.
maxmemory-policy volatile-ttl
daemonize no
`;

export const redis: ServerDefinition<'redis'> = {
  name: 'redis',
  title: 'Redis',
  ports: { redis: 6400 },
  executables: ['redis-server', 'redis-check-rdb'],
  usualPort: 6379,
  urlVariable: 'REDIS_URL',

  find() {
    const bin = findCommand('redis-server');
    return bin ? { bin } : undefined;
  },

  version: ({ found }) => commandVersion(found.bin, ['--version'], /v=([\d.]+)/),

  prepare({ dir, ports, found, password }) {
    const file = 'redis.conf';
    const text = config(ports.redis, password);
    writePrivate(path.join(dir, file), text);
    // Standard input: Redis takes brackets in a path for a pattern, finds no file, and is then open to every host.
    const args = ['-c', `exec "$0" - <${file}`, found.bin];
    return [{ name: 'redis', script: '/bin/sh', args, config: text, killTimeoutMs: 5_000 }];
  },

  /** Another Redis on this port would not know the password. */
  async ping({ ports, password }) {
    const answer = await converse(ports.redis, `AUTH ${password}\r\nPING\r\n`, (text) =>
      /^-|\n[^\n]*\n/.test(text),
    );
    return answer.startsWith('+OK\r\n+PONG');
  },

  url: ({ ports, password }) => `redis://:${password}@127.0.0.1:${ports.redis}`,
};
