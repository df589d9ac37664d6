'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { findCommand, commandVersion } = require('./find-command');
const { UserError } = require('../../command/run-command');
const { findCached } = require('../../set-up/mongodb-cache');

const replicaSet = 'taskfleet';

/** @param {string} url @param {(admin: any) => Promise<any>} use */
async function withAdmin(url, use) {
  // Required here: this file is loaded before the packages are installed.
  const { MongoClient } = require('mongoose').mongo;
  const client = new MongoClient(url, {
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

const mongoUrl = (port) => `mongodb://127.0.0.1:${port}/taskfleet?directConnection=true`;

/** A fresh mongod wants to be told once that it is a replica set, and again when its port has changed. */
async function ensureReplicaSet(admin, port) {
  const host = `127.0.0.1:${port}`;
  const members = [{ _id: 0, host }];
  try {
    const { config } = await admin.command({ replSetGetConfig: 1 });
    if (config.members.length === 1 && config.members[0].host !== host) {
      const moved = { ...config, version: config.version + 1, members: [{ ...config.members[0], host }] };
      await admin.command({ replSetReconfig: moved, force: true });
    }
  } catch (error) {
    if (error.codeName !== 'NotYetInitialized') throw error;
    await admin.command({ replSetInitiate: { _id: replicaSet, members } });
  }
}

/** @type {import('../stack').ServerDefinition} */
const mongo = {
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
    if (found.kind === 'mongod') args.push('--wiredTigerCacheSizeGB', '0.5');
    // Without syncing each commit a killed server loses acknowledged writes.
    else args.push('--sync-on-commit', '--log-level', 'WARNING');
    return [{ name: 'mongo', script: found.bin, args, killTimeoutMs: 20_000 }];
  },

  ping: ({ ports, found }) =>
    withAdmin(mongoUrl(ports.mongo), async (admin) => {
      if (found.kind === 'mongod') await ensureReplicaSet(admin, ports.mongo);
      const hello = await admin.command({ hello: 1 });
      return hello.isWritablePrimary === true;
    }),

  url: ({ ports }) => mongoUrl(ports.mongo),

  async checkUrl(url) {
    const { setName, msg } = await withAdmin(url, (admin) => admin.command({ hello: 1 }));
    if (setName || msg === 'isdbgrid') return;
    throw new UserError(
      'it is no replica set, and without one it has no transactions (start it with --replSet)',
    );
  },

  displayName: ({ found }) => (found.kind === 'mongod' ? 'MongoDB' : 'SecantusDB'),
};

module.exports = { mongo };
