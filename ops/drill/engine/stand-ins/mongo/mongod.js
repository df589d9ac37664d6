#!/usr/local/bin/node
// Runs SecantusDB as a mongod of `--replSet NAME`: its greeting is that of a member that rs.initiate() has yet to begin,
// and then of the primary. Everything else passes through.
'use strict';

const { spawn } = require('node:child_process');
const fs = require('node:fs');
const net = require('node:net');
const { BSON } = require('mongodb');

const OWN_PORT = 27017;
const SERVER_PORT = 27018;
const setName = process.argv[process.argv.indexOf('--replSet') + 1];
/** Written by the stand-in of mongosh: the address of this member. */
const initiated = '/data/db/initiated';

const server = spawn(
  'secantusd-rs',
  // prettier-ignore
  ['--host', '127.0.0.1', '--port', String(SERVER_PORT), '--storage-path', '/data/db/secantus', '--cache-size', '512M',
    '--auth', '--sync-on-commit', '--log-level', 'WARNING'],
  { stdio: 'inherit' },
);
server.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => server.kill(signal));

/** @param {import('mongodb').Document} hello */
function toMember(hello) {
  if (!('setName' in hello)) return hello;
  if (fs.existsSync(initiated)) {
    const host = fs.readFileSync(initiated, 'utf8');
    return { ...hello, setName, hosts: [host], primary: host, me: host };
  }
  const { setName: _name, hosts, primary, me, electionId, setVersion, ...rest } = hello;
  return { ...rest, isWritablePrimary: false, ismaster: false, secondary: false, isreplicaset: true };
}

/** Rewrites a greeting: OP_REPLY, or OP_MSG of one section. @param {Buffer} message */
function rewrite(message) {
  const at = { 1: 36, 2013: 21 }[message.readInt32LE(12)];
  if (!at || message.length > 4096 || !message.includes('setName')) return message;
  const hello = BSON.deserialize(message.subarray(at), { promoteValues: false, promoteLongs: false });
  const changed = Buffer.concat([message.subarray(0, at), BSON.serialize(toMember(hello))]);
  changed.writeInt32LE(changed.length, 0);
  return changed;
}

net
  .createServer({ noDelay: true }, (client) => {
    const upstream = net.connect({ port: SERVER_PORT, host: '127.0.0.1', noDelay: true });
    for (const socket of [client, upstream])
      socket.on('error', () => {}).on('close', () => [client, upstream].forEach((one) => one.destroy()));
    client.pipe(upstream);
    let rest = Buffer.alloc(0);
    upstream.on('data', (data) => {
      rest = rest.length > 0 ? Buffer.concat([rest, data]) : data;
      while (rest.length >= 16 && rest.length >= rest.readInt32LE(0)) {
        const length = rest.readInt32LE(0);
        client.write(rewrite(rest.subarray(0, length)));
        rest = rest.subarray(length);
      }
    });
  })
  .listen(OWN_PORT);
