import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { replaceFile } from '../../../src/lib/replace-file';
import { findCommand, isExecutable } from '../find-command';
import { parseBrokers } from '../../../src/lib/broker-list';
import { reasonOf } from '../../../src/lib/server-away';
import { converse, reach } from './converse';
import { runCommand, UserError } from '../../command/run-command';
import { users, type Logins } from '../logins';
import { ensureSecret } from '../secrets';
import type { ServerDefinition } from '../types';

const protocolHeader = 'AMQP\x00\x00\x09\x01';

/** What the broker keeps of a password: base64 of a salt of 4 bytes and the SHA-256 of both. */
function hashOf(password: string) {
  // A password of 256 random bits needs no random salt, and the same text each time means no restart.
  const salt = Buffer.from('taskfleet').subarray(0, 4);
  const digest = crypto.createHash('sha256').update(salt).update(password).digest();
  return Buffer.concat([salt, digest]).toString('base64');
}

/**
 * Makes our users, and takes the password from all others, also from `guest`, which the broker would otherwise let in
 * from this machine under one that everybody knows. Read at each boot, so that an older data folder gets them too.
 */
function definitions({ login, nextLogin }: Pick<Logins, 'login' | 'nextLogin'>) {
  const hashes = new Map([...users, 'guest'].map((name) => [name, '']));
  for (const { user, password } of [login, ...(nextLogin ? [nextLogin] : [])])
    hashes.set(user, hashOf(password));
  return JSON.stringify({
    users: Array.from(hashes, ([name, hash]) => ({
      name,
      password_hash: hash,
      hashing_algorithm: 'rabbit_password_hashing_sha256',
      tags: [],
    })),
    vhosts: [{ name: '/' }],
    permissions: users.map((user) => ({ user, vhost: '/', configure: '.*', write: '.*', read: '.*' })),
  });
}

/** Relative to the folder it is started in: in an absolute path a `#` would begin a comment. */
const definitionsFile = './definitions.json';

const config = (port: number) => `listeners.tcp.1 = 127.0.0.1:${port}
load_definitions = ${definitionsFile}
disk_free_limit.absolute = 100MB
vm_memory_high_watermark.absolute = 512MB
log.file = false
log.console = true
log.console.level = warning
log.connection.level = error
`;

const nodeName = 'taskfleet@localhost';
const homeOf = (dir: string) => path.join(dir, 'home');

/** Variables by which the broker and its commands find each other: the cookie in the home, and the port mapper. */
const controlEnv = (dir: string, epmd: number) => ({
  HOME: homeOf(dir),
  ERL_EPMD_PORT: String(epmd),
  ERL_EPMD_ADDRESS: '127.0.0.1',
});

/**
 * The working folder of whatever process uses this path. RabbitMQ makes its data folder absolute and takes `{`, `[`, `*`
 * and `?` in it for a pattern (ra_log_wal), so the folder of the clone must not be named.
 */
const here = () => (fs.existsSync('/proc/self/cwd') ? '/proc/self/cwd' : '.');

/**
 * The broker's own script. Debian's wrapper on the PATH changes to the user "rabbitmq" when it is run by
 * root, who can't read a private data folder.
 */
function findScript() {
  const onPath = findCommand('rabbitmq-server');
  if (!onPath) return undefined;
  const real = fs.realpathSync(onPath);
  const beside = path.join(path.dirname(real), 'rabbitmq-server');
  return isExecutable(beside) ? beside : real;
}

export const rabbit: ServerDefinition<'rabbit' | 'rabbitDist' | 'epmd'> = {
  name: 'rabbit',
  title: 'RabbitMQ',
  ports: { rabbit: 5700, rabbitDist: 25700, epmd: 24400 },
  executables: ['beam.smp', 'epmd', 'erl_child_setup', 'inet_gethost', 'erlexec'],
  usualPort: 5672,
  urlVariable: 'AMQP_URL',

  /** One broker of a cluster is enough. */
  async checkUrl(url) {
    const { brokers, faults } = parseBrokers(url);
    if (faults.length > 0) throw new Error(faults.join('; '));
    await Promise.any(brokers.map(({ hostname, port }) => reach(hostname, port))).catch(
      ({ errors }: AggregateError) => {
        throw new Error(errors.map(reasonOf).join('; '));
      },
    );
  },
  startTimeoutMs: 60_000,

  find() {
    const bin = findScript();
    const epmd = findCommand('epmd');
    return bin && epmd && findCommand('erl') ? { bin, epmd } : undefined;
  },

  /** The broker names its version in the first frame of the protocol. */
  async version({ ports }) {
    const answer = await converse(ports.rabbit, protocolHeader, (text) => text.endsWith('\xce'), 3_000);
    return /versionS\0\0\0.([\d.]+)/s.exec(answer)?.[1] ?? 'unknown version';
  },

  prepare({ dir, ports, found, origin, ...logins }) {
    const home = homeOf(dir);
    fs.mkdirSync(home, { recursive: true, mode: 0o700 });
    // Opens the broker's console. Erlang's own is made of the time, and can be guessed.
    ensureSecret(path.join(home, '.erlang.cookie'));
    replaceFile(path.join(dir, definitionsFile), definitions(logins));
    const text = config(ports.rabbit);
    fs.writeFileSync(path.join(dir, 'rabbitmq.conf'), text);
    fs.writeFileSync(path.join(dir, 'rabbitmq-env.conf'), '');
    fs.writeFileSync(path.join(dir, 'enabled_plugins'), '[].\n');
    const epmdEnv = controlEnv(dir, ports.epmd);
    const env = {
      ...epmdEnv,
      RABBITMQ_CONF_ENV_FILE: './rabbitmq-env.conf',
      RABBITMQ_CONFIG_FILE: './rabbitmq.conf',
      RABBITMQ_ENABLED_PLUGINS_FILE: './enabled_plugins',
      RABBITMQ_MNESIA_BASE: `${here()}/data`,
      RABBITMQ_LOG_BASE: './log',
      RABBITMQ_PID_FILE: './rabbit.pid',
      RABBITMQ_GENERATED_CONFIG_DIR: './generated',
      RABBITMQ_NODENAME: nodeName,
      RABBITMQ_DIST_PORT: String(ports.rabbitDist),
      RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1}',
      // Left to itself Erlang starts a port mapper that outlives the broker.
      ERL_FLAGS: '-start_epmd false',
      // Makes the script exec the broker, so that the supervisor knows its real pid.
      RUNNING_UNDER_SYSTEMD: 'true',
    };
    // The port mapper comes first, and is supervised like the broker.
    return [
      { name: 'epmd', script: found.epmd ?? 'epmd', args: [], env: epmdEnv, killTimeoutMs: 3_000 },
      {
        name: 'rabbit',
        script: found.bin,
        args: [],
        env,
        // The passwords change without a restart.
        config: text + origin,
        killTimeoutMs: 20_000,
      },
    ];
  },

  /** Has the broker read the definitions once more, which `prepare` has written. */
  async accept({ dir, ports, found }) {
    const command = path.join(path.dirname(found.bin), 'rabbitmqctl');
    const env = { ...process.env, ...controlEnv(dir, ports.epmd) };
    const options = { cwd: dir, env, timeoutMs: 60_000 };
    const { code, stdout, stderr } = await runCommand(
      command,
      ['--node', nodeName, 'import_definitions', definitionsFile],
      options,
    );
    if (code !== 0) throw new UserError(`RabbitMQ did not take its new password:\n${stdout}${stderr}`);
  },

  async ping({ ports }) {
    const answer = await converse(ports.rabbit, protocolHeader, (text) => text.endsWith('\xce'));
    return answer.startsWith('\x01');
  },

  url: ({ ports, login }) => `amqp://${login.user}:${login.password}@127.0.0.1:${ports.rabbit}`,
};
