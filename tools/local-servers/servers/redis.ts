import { createRequire } from 'node:module';
import path from 'node:path';
import { findCommand, commandVersion } from '../find-command';
import { reasonOf } from '../../../src/lib/server-away';
import { parseSentinelUrl } from '../../../src/lib/sentinel-url';
import { converse, reach } from './converse';
import { UserError } from '../../command/run-command';
import { replaceFile } from '../../../src/lib/replace-file';
import type { ServerDefinition } from '../types';

/** A cache: nothing on disk, so that a Redis that died comes back empty and never stale. */
const config = (port: number, access: string) => `bind 127.0.0.1
port ${port}
${access}
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

/** Logs in and sends a command of one line. @returns the answer without its mark, or the error */
async function ask(port: number, password: string, command: string): Promise<string> {
  const isComplete = (text: string) => /^-[^\n]*\n|\n[^\n]*\n/.test(text);
  const answer = await converse(port, `AUTH ${password}\r\n${command}\r\n`, isComplete);
  return (answer.startsWith('+OK\r\n') ? answer.slice(5) : answer).slice(1).trim();
}

const load = createRequire(__filename);

const USUAL_PORT = 6379;
const SENTINELS_MS = 1_000;

function addressIn(url: string) {
  const { hostname, port } = new URL(url);
  return { host: hostname, port: Number(port) || USUAL_PORT };
}

export const redis: ServerDefinition<'redis'> = {
  name: 'redis',
  title: 'Redis',
  ports: { redis: 6400 },
  executables: ['redis-server', 'redis-check-rdb'],
  usualPort: USUAL_PORT,
  urlVariable: 'REDIS_URL',

  /** One sentinel is enough. */
  async checkUrl(url) {
    const addresses = parseSentinelUrl(url)?.sentinels ?? [addressIn(url)];
    await Promise.any(addresses.map((at) => reach(at.host, at.port))).catch(({ errors }: AggregateError) => {
      throw new Error(errors.map(reasonOf).join('; '));
    });
    // Loaded late: the packages are installed only by then.
    const { unknownPrimary } = load(
      '../../../src/infra/redis/ask-sentinels.ts',
    ) as typeof import('../../../src/infra/redis/ask-sentinels');
    return unknownPrimary(url, SENTINELS_MS);
  },

  find() {
    const bin = findCommand('redis-server');
    return bin ? { bin } : undefined;
  },

  version: ({ found }) => commandVersion(found.bin, ['--version'], /v=([\d.]+)/),

  prepare({ dir, ports, found, login, nextLogin, origin }) {
    const file = 'redis.conf';
    const both = `user default on >${login.password} >${nextLogin?.password} ~* &* +@all`;
    const access = nextLogin ? both : `requirepass ${login.password}`;
    replaceFile(path.join(dir, file), config(ports.redis, access));
    // The password changes without a restart.
    const text = config(ports.redis, origin);
    // Standard input: Redis takes brackets in a path for a pattern, finds no file, and is then open to every host.
    const args = ['-c', `exec "$0" - <${file}`, found.bin];
    return [{ name: 'redis', script: '/bin/sh', args, config: text, killTimeoutMs: 5_000 }];
  },

  /** Another Redis on this port would not know the password. */
  async ping({ ports, login }) {
    return (await ask(ports.redis, login.password, 'PING')) === 'PONG';
  },

  async accept({ ports, login, nextLogin }) {
    const passwords = [login, ...(nextLogin ? [nextLogin] : [])].map(({ password }) => `>${password}`);
    const answer = await ask(
      ports.redis,
      login.password,
      `ACL SETUSER default resetpass ${passwords.join(' ')}`,
    );
    if (answer !== 'OK') throw new UserError(`Redis did not take its new password: ${answer}`);
  },

  // All logins are passwords of one user.
  url: ({ ports, login }) => `redis://:${login.password}@127.0.0.1:${ports.redis}`,
};
