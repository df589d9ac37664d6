import fs from 'node:fs';
import path from 'node:path';
import type { Db } from 'mongodb';
import { CONSISTENCY, consistentUrl, whyUnsuited, type Hello } from '../../../src/infra/mongo/consistency';
import { findCommand, commandVersion } from '../find-command';
import { UserError } from '../../command/run-command';
import { findCached } from '../mongodb-cache';
import { users, type Login } from '../logins';
import { ensureSecret } from '../secrets';
import type { ServerContext, ServerDefinition } from '../types';

const wrapper = path.join(__dirname, 'run-secantusdb.sh');
const replicaSet = 'taskfleet';
/** MongoDB's number of "AuthenticationFailed". */
const WRONG_PASSWORD = 18;
/** "UserNotFound". */
const NO_SUCH_USER = 11;
/** An error of createUser without a name. */
const USER_EXISTS = 51_003;

/** Runs `use` on the admin database of the server at this URL. */
async function withAdmin<T>(url: string, use: (admin: Db) => Promise<T>): Promise<T> {
  // Imported here: commands that touch no database start faster without the driver.
  const { MongoClient } = await import('mongodb');
  const client = new MongoClient(consistentUrl(url).url, {
    ...CONSISTENCY,
    serverSelectionTimeoutMS: 2_000,
    connectTimeoutMS: 2_000,
    socketTimeoutMS: 5_000,
  });
  try {
    await client.connect();
    return await use(client.db('admin'));
  } finally {
    await client.close();
  }
}

const openUrl = (port: number) => `mongodb://127.0.0.1:${port}/taskfleet?directConnection=true`;
const mongoUrl = (port: number, { user, password }: Login) =>
  `${openUrl(port).replace('//', `//${user}:${password}@`)}&authSource=admin`;

interface ReplicaSetConfig {
  version: number;
  members: { host: string }[];
}

/** Returns the only member of the replica set, with its current address. */
const memberAt = (port: number) => ({ _id: 0, host: `127.0.0.1:${port}` });

/** Names the member's new address if the port has changed. */
async function ensureAddress(admin: Db, port: number) {
  const { config } = (await admin.command({ replSetGetConfig: 1 })) as { config: ReplicaSetConfig };
  const { host } = memberAt(port);
  if (config.members.length !== 1 || config.members[0]?.host === host) return;
  const moved = { ...config, version: config.version + 1, members: [{ ...config.members[0], host }] };
  await admin.command({ replSetReconfig: moved, force: true });
}

/**
 * Creates the user of the stack. A server without users accepts the first one from this host without a password
 * ("localhost exception", MongoDB's manual): on a fresh data folder, and on one from a version without passwords. Fails
 * if another local user was quicker.
 */
const makeUser = ({ ports, found, dir, login: { user, password } }: ServerContext<'mongo'>) =>
  withAdmin(openUrl(ports.mongo), async (admin) => {
    // Without a replica set there is no primary that could keep a user.
    if (found.kind === 'mongod')
      await admin
        .command({ replSetInitiate: { _id: replicaSet, members: [memberAt(ports.mongo)] } })
        .catch((error: { codeName: string }) => {
          if (!['AlreadyInitialized', 'Unauthorized'].includes(error.codeName)) throw error;
        });
    await admin
      .command({ createUser: user, pwd: password, roles: ['root'] })
      .catch((error: { codeName: string }) => {
        if (error.codeName !== 'Unauthorized') throw error;
        throw new UserError(
          `it does not know the password in ${dir}-password, and has users already: put back the file of before, ` +
            `or move ${dir} away to begin with an empty database`,
        );
      });
  });

/** Makes a user, or changes the password of one that is there. */
const setPassword = (admin: Db, user: string, pwd: string) =>
  admin.command({ createUser: user, pwd, roles: ['root'] }).catch((error: { code?: number }) => {
    if (error.code !== USER_EXISTS) throw error;
    return admin.command({ updateUser: user, pwd });
  });

const removeUser = (admin: Db, user: string) =>
  admin.command({ dropUser: user }).catch((error: { code?: number }) => {
    if (error.code !== NO_SUCH_USER) throw error;
  });

export const mongo: ServerDefinition<'mongo'> = {
  name: 'mongo',
  title: 'MongoDB',
  ports: { mongo: 27100 },
  executables: ['mongod', 'secantusd-rs'],
  urlVariable: 'MONGO_URL',
  startTimeoutMs: 60_000,

  find() {
    const mongod = findCommand('mongod');
    return mongod ? { bin: mongod, kind: 'mongod' } : findCached();
  },

  version: ({ found }) =>
    found.kind === 'mongod'
      ? commandVersion(found.bin, ['--version'], /db version v([\d.]+)/)
      : commandVersion(found.bin, ['--version'], /secantusd-rs (\S+)/),

  prepare({ dir, ports, found }) {
    const port = String(ports.mongo);
    const data = path.join(dir, 'data');
    fs.mkdirSync(data, { recursive: true });
    const args =
      found.kind === 'mongod'
        ? ['--replSet', replicaSet, '--bind_ip', '127.0.0.1', '--port', port, '--dbpath', data]
        : ['--host', '127.0.0.1', '--port', port, '--storage-path', data, '--cache-size', '512M'];
    // Members of a replica set prove themselves to each other by a key, and with it everybody needs a password.
    if (found.kind === 'mongod')
      args.push('--wiredTigerCacheSizeGB', '0.5', '--keyFile', ensureSecret(path.join(dir, 'key')));
    // Without syncing each commit a killed server loses acknowledged writes.
    else args.push('--auth', '--sync-on-commit', '--log-level', 'WARNING');
    if (found.kind === 'mongod') return [{ name: 'mongo', script: found.bin, args, killTimeoutMs: 20_000 }];
    // The shell runs it, so that it works without its x bit and on a mount that forbids executing.
    return [{ name: 'mongo', script: '/bin/sh', args: [wrapper, found.bin, ...args], killTimeoutMs: 20_000 }];
  },

  async ping(context) {
    const { ports, found, login } = context;
    const look = () =>
      withAdmin(mongoUrl(ports.mongo, login), async (admin) => {
        if (found.kind === 'mongod') await ensureAddress(admin, ports.mongo);
        const hello = await admin.command({ hello: 1 });
        return hello.isWritablePrimary === true;
      });
    return look().catch(async (error: { code?: number }) => {
      if (error.code !== WRONG_PASSWORD) throw error;
      await makeUser(context);
      return look();
    });
  },

  accept: ({ ports, login, nextLogin }) =>
    withAdmin(mongoUrl(ports.mongo, login), async (admin) => {
      for (const user of users.filter((other) => other !== login.user))
        if (nextLogin?.user === user) await setPassword(admin, user, nextLogin.password);
        else await removeUser(admin, user);
    }),

  url: ({ ports, login }) => mongoUrl(ports.mongo, login),

  async checkUrl(url) {
    const { setName, msg, ...more } = (await withAdmin(url, (admin) => admin.command({ hello: 1 }))) as Hello;
    if (!setName && msg !== 'isdbgrid')
      throw new UserError(
        'it is no replica set, and without one it has no transactions (start it with --replSet)',
      );
    const why = whyUnsuited({ setName, msg, ...more }, /[?&]directConnection=true\b/i.test(url));
    if (why) throw new UserError(why);
  },

  displayName: ({ found }) => (found.kind === 'mongod' ? 'MongoDB' : 'SecantusDB'),
};
