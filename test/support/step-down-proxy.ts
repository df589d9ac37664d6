import { once } from 'node:events';
import { createConnection, createServer, type Socket } from 'node:net';
import mongoose from 'mongoose';
import { buildMessage, messageReader, withBody, type Document, type Message } from './wire';

const { ObjectId } = mongoose.mongo.BSON;

/**
 * How a primary ends: it stays and says that it is none (a step-down by hand or after lost votes), it says that it shuts
 * down and closes its connections, or it only closes them.
 */
export type Ending = 'steps down' | 'shuts down' | 'dies';

const ERRORS = {
  notPrimary: { code: 10107, codeName: 'NotWritablePrimary', errmsg: 'not primary' },
  notPrimaryRead: { code: 13435, codeName: 'NotPrimaryNoSecondaryOk', errmsg: 'not primary' },
  interrupted: {
    code: 11602,
    codeName: 'InterruptedDueToReplStateChange',
    errmsg: 'operation was interrupted',
  },
  steppedDown: { code: 189, codeName: 'PrimarySteppedDown', errmsg: 'primary stepped down' },
  shutdown: { code: 91, codeName: 'ShutdownInProgress', errmsg: 'the server is in quiesce mode' },
  noTransaction: { code: 251, codeName: 'NoSuchTransaction', errmsg: 'the transaction has been aborted' },
};
type Failure = (typeof ERRORS)[keyof typeof ERRORS];

const HELLO = new Set(['hello', 'ismaster', 'isMaster']);
/** A secondary answers these as well. */
const OF_CONNECTIONS = new Set([
  'saslStart',
  'saslContinue',
  'ping',
  'endSessions',
  'buildInfo',
  'killCursors',
]);
const READS = new Set([
  'find',
  'aggregate',
  'count',
  'distinct',
  'getMore',
  'listCollections',
  'listIndexes',
]);
const ENDS = new Set(['commitTransaction', 'abortTransaction']);
/** Ids of messages of the proxy itself; the driver's are small. */
const FIRST_OWN_ID = 2_000_000_000;

const nameOf = (body: Document) => Object.keys(body)[0] ?? '';
const isOk = ({ ok }: Document) => Number(ok) === 1;
const transactionOf = ({ lsid, txnNumber, autocommit }: Document) =>
  autocommit === undefined ? undefined : JSON.stringify([lsid, txnNumber]);

/** The labels that a primary since 4.4 adds: what the driver may send again. */
function labelsOf(body: Document, failure: Failure): string[] {
  const isEnd = ENDS.has(nameOf(body));
  if (transactionOf(body) && (!isEnd || failure === ERRORS.noTransaction))
    return ['TransientTransactionError'];
  return isEnd || body.txnNumber !== undefined ? ['RetryableWriteError'] : [];
}

const failed = (body: Document, failure: Failure): Document => ({
  ok: 0,
  ...failure,
  errorLabels: labelsOf(body, failure),
});

/**
 * Stands before a MongoDB as a replica set of one member, and lets it end as a primary at any moment. What the server does
 * is real; the proxy decides what the driver hears of it: a command that comes while there is no primary is refused and
 * not done, and one under way is done, but its answer is replaced.
 */
export async function startStepDownProxy(port: number) {
  const sockets = new Set<Socket>();
  const clients = new Set<Socket>();
  let term = 1;
  let ending: Ending | undefined;
  /** Transactions that have begun, with the connection that they use, and those that a step-down has ended. */
  const open = new Map<string, { upstream: Socket; body: Document }>();
  const ended = new Set<string>();
  let ownId = FIRST_OWN_ID;
  let address = '';
  const told = { refused: 0, replaced: 0, lostTransactions: 0 };

  function helloOf(hello: Document): Document {
    const { topologyVersion, primary, ...rest } = hello;
    const isPrimary = !ending;
    return {
      ...rest,
      isWritablePrimary: isPrimary,
      ...('ismaster' in hello && { ismaster: isPrimary }),
      secondary: !isPrimary,
      hosts: [address],
      me: address,
      ...(isPrimary && { primary: address }),
      electionId: ObjectId.createFromHexString(`7fffffff${term.toString(16).padStart(16, '0')}`),
    };
  }

  /** Returns why a command is refused without being done. */
  function refusalOf(body: Document): Failure | undefined {
    const name = nameOf(body);
    if (OF_CONNECTIONS.has(name)) return undefined;
    if (ending === 'shuts down') return ERRORS.shutdown;
    if (ending) {
      told.refused += 1;
      if (READS.has(name)) return ERRORS.notPrimaryRead;
      return told.refused % 3 === 0 ? ERRORS.interrupted : ERRORS.notPrimary;
    }
    // The server knows whether it was committed before the primary ended.
    if (name === 'commitTransaction') return undefined;
    const transaction = transactionOf(body);
    return transaction && ended.has(transaction) ? ERRORS.noTransaction : undefined;
  }

  /** Returns what the driver hears of a command that was done, or went wrong, while the primary ended. */
  function replacedAnswer(body: Document, answer: Document): Document {
    told.replaced += 1;
    const failure = told.replaced % 2 === 0 ? ERRORS.interrupted : ERRORS.steppedDown;
    const isWrite = body.writeConcern !== undefined && !READS.has(nameOf(body));
    // A write that waited for a majority has its result, and says that the waiting ended.
    if (isWrite && isOk(answer) && told.replaced % 3 === 0)
      return { ...answer, writeConcernError: failure, errorLabels: labelsOf(body, failure) };
    return failed(body, failure);
  }

  const abortOf = ({ lsid, txnNumber }: Document) =>
    buildMessage((ownId += 1), 0, { abortTransaction: 1, lsid, txnNumber, autocommit: false, $db: 'admin' });

  function connectOne(client: Socket): void {
    if (ending === 'dies') return void client.destroy();
    const upstream = createConnection(port, '127.0.0.1');
    clients.add(client.once('close', () => clients.delete(client)));
    const underWay = new Map<number, { body: Document; term: number }>();
    const reply = (to: Message, body: Document) => client.write(buildMessage((ownId += 1), to.id, body));

    const onCommand = (message: Message) => {
      const { body, id, bytes } = message;
      if (!HELLO.has(nameOf(body))) {
        const refusal = refusalOf(body);
        if (refusal) {
          reply(message, failed(body, refusal));
          if (ending === 'shuts down') client.end();
          return;
        }
        const transaction = transactionOf(body);
        if (transaction && body.startTransaction) open.set(transaction, { upstream, body });
      }
      underWay.set(id, { body, term });
      upstream.write(bytes);
    };

    const onAnswer = (message: Message) => {
      const asked = underWay.get(message.responseTo);
      // An answer to the proxy itself.
      if (!asked) return;
      underWay.delete(message.responseTo);
      const { body } = asked;
      if (HELLO.has(nameOf(body))) return client.write(withBody(message, helloOf(message.body)));
      const transaction = transactionOf(body);
      const isOver = asked.term !== term || ending !== undefined;
      if (transaction && ENDS.has(nameOf(body)) && isOk(message.body)) open.delete(transaction);
      // It overtook the abort on another connection.
      else if (transaction && ended.has(transaction)) upstream.write(abortOf(body));
      const isUnknown = Number(message.body.code) === ERRORS.noTransaction.code;
      if (!isOver && isUnknown)
        return reply({ ...message, id: message.responseTo }, failed(body, ERRORS.noTransaction));
      if (!isOver || OF_CONNECTIONS.has(nameOf(body))) return client.write(message.bytes);
      return reply({ ...message, id: message.responseTo }, replacedAnswer(body, message.body));
    };

    for (const [from, to, read] of [
      [client, upstream, messageReader(onCommand)],
      [upstream, client, messageReader(onAnswer)],
    ] as const) {
      sockets.add(from);
      from.setNoDelay(true);
      from.on('data', read);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        // An abort that was written to the server still arrives: a reset would drop it.
        if (to === upstream) setTimeout(() => to.destroy(), 500);
        else to.destroy();
      });
    }
  }

  const server = createServer(connectOne).listen(0, '127.0.0.1');
  await once(server, 'listening');
  address = `127.0.0.1:${(server.address() as { port: number }).port}`;

  /** Aborts what was not committed, as a primary does when it ends. */
  function endTransactions(): void {
    for (const [transaction, { upstream, body }] of open) {
      told.lostTransactions += 1;
      ended.add(transaction);
      upstream.write(abortOf(body));
    }
    open.clear();
  }

  return {
    address,
    /** How often it did what. */
    told,
    /** Ends the primary in this way; `elect` makes it the primary again. */
    end(how: Ending): void {
      ending = how;
      endTransactions();
      if (how === 'dies') for (const client of clients) client.destroy();
    },
    elect(): void {
      term += 1;
      ending = undefined;
    },
    async close(): Promise<void> {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
