'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { findCommand, commandVersion } = require('./find-command');
const { converse } = require('./converse');

/** A cache: nothing on disk, so that a Redis that died comes back empty and never stale. */
const config = (port) => `bind 127.0.0.1
port ${port}
# The folder it is started in: a path would need quoting.
dir .
save ""
appendonly no
maxmemory 256mb
# Evicted is what ends soonest: counts of the common limits (a minute), cached answers (5), then counts of log-ins (15).
maxmemory-policy volatile-ttl
daemonize no
`;

/** @type {import('../stack').ServerDefinition} */
const redis = {
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

  prepare({ dir, ports, found }) {
    const file = 'redis.conf';
    const text = config(ports.redis);
    fs.writeFileSync(path.join(dir, file), text);
    // By its standard input: Redis takes brackets in a path for a pattern, finds no file, and is then open to every host.
    const args = ['-c', `exec "$0" - <${file}`, found.bin];
    return [{ name: 'redis', script: '/bin/sh', args, config: text, killTimeoutMs: 5_000 }];
  },

  async ping({ ports }) {
    const answer = await converse(ports.redis, 'PING\r\n', (text) => text.includes('\r\n'));
    return answer.startsWith('+PONG');
  },

  url: ({ ports }) => `redis://127.0.0.1:${ports.redis}`,
};

module.exports = { redis };
