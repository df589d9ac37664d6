#!/usr/local/bin/node
// Runs the script of `--file FILE` with as much of mongosh as ours use: db, rs and quit, which wait for their answers.
'use strict';

const fs = require('node:fs');
const vm = require('node:vm');
const {
  isMainThread,
  MessageChannel,
  receiveMessageOnPort,
  Worker,
  workerData,
} = require('node:worker_threads');
const { MongoClient } = require('mongodb');

const initiated = '/data/db/initiated';

if (isMainThread) main();
else serve();

/** Runs each command at the server itself, as a program on its host. */
function serve() {
  const { port, signal } = workerData;
  let login = '';
  port.on('message', async ({ database, command, credentials }) => {
    const url = `mongodb://${credentials ?? login}127.0.0.1:27018/?directConnection=true&serverSelectionTimeoutMS=3000`;
    const client = new MongoClient(url);
    try {
      const result = await client.db(database).command(command);
      if (credentials) login = credentials;
      port.postMessage({ result: JSON.parse(JSON.stringify(result)) });
    } catch (error) {
      port.postMessage({ message: error.message, codeName: error.codeName });
    } finally {
      await client.close();
      Atomics.store(signal, 0, 1);
      Atomics.notify(signal, 0);
    }
  });
}

function main() {
  const { port1, port2 } = new MessageChannel();
  const signal = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(__filename, { workerData: { port: port2, signal }, transferList: [port2] });
  worker.unref();
  const call = (request) => {
    Atomics.store(signal, 0, 0);
    port1.postMessage(request);
    Atomics.wait(signal, 0, 0, 10_000);
    const { result, ...problem } = receiveMessageOnPort(port1)?.message ?? { message: 'no answer in 10 s' };
    if (!result) throw Object.assign(new Error(problem.message), problem);
    return result;
  };
  const dbOf = (database) => ({
    getSiblingDB: dbOf,
    runCommand: (command) => call({ database, command }),
    auth(user, password) {
      const credentials = `${encodeURIComponent(user)}:${encodeURIComponent(password)}@`;
      return call({ database, command: { ping: 1 }, credentials });
    },
    hello: () => ({
      ...call({ database, command: { hello: 1 } }),
      isWritablePrimary: fs.existsSync(initiated),
    }),
  });
  const rs = {
    initiate({ members }) {
      if (fs.existsSync(initiated))
        throw Object.assign(new Error('already initialized'), { codeName: 'AlreadyInitialized' });
      fs.writeFileSync(initiated, members[0].host);
    },
  };
  const file = process.argv[process.argv.indexOf('--file') + 1];
  const quit = (code) => process.exit(code);
  try {
    vm.runInNewContext(fs.readFileSync(file, 'utf8'), {
      process,
      console,
      db: dbOf('test'),
      rs,
      quit,
      print: console.log,
    });
    process.exit(0);
  } catch (error) {
    console.error(String(error));
    process.exit(1);
  }
}
