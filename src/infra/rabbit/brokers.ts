import { randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Duplex } from 'node:stream';
import amqp, { type ChannelModel, type Options } from 'amqplib';
import { parseBrokers, type Broker } from '../../lib/broker-list';
import { within } from '../../lib/deadline';
import { addressOf, ServersAwayError, whyAway } from '../../lib/server-away';

/** Addresses of RabbitMQ, as the configuration has them. */
export interface RabbitServers {
  /** AMQP_URL: one broker, or several of one cluster. */
  url: string;
  /** File of the certificates that may sign a broker's. */
  caFile?: string;
}

export interface Connected {
  model: ChannelModel;
  /** Host and port of the broker. */
  address: string;
}

/** Finds a broker that does not answer, such as a frozen one, within two to three times as long. */
const HEARTBEAT_S = 10;
const CLOSE_MS = 1_000;

/** Codes of Node for a certificate of an authority that it does not know. */
const UNKNOWN_AUTHORITY = /SELF_SIGNED|UNABLE_TO_(GET_ISSUER|VERIFY)/;

/** Connects to one broker. @param limitMs how long it may be silent meanwhile */
export async function openBroker(broker: Broker, caFile: string | undefined, limitMs: number) {
  const ca = broker.isTls && caFile ? { ca: await readFile(caFile) } : {};
  const model = await amqp
    .connect(connectionTo(broker), { timeout: limitMs, ...ca })
    .catch((error: NodeJS.ErrnoException) => {
      if (!UNKNOWN_AUTHORITY.test(error.code ?? '')) throw error;
      throw new Error(`${error.message}: AMQP_CA_FILE must name the authority that signed it`, {
        cause: error,
      });
    });
  model.on('error', () => {});
  return model;
}

/** amqplib decodes the password of a URL as Latin-1, so it does not get the URL. */
function connectionTo({ isTls, hostname, port, username, password, vhost, query }: Broker): Options.Connect {
  const numberIn = (name: string) => (query.has(name) ? Number(query.get(name)) : undefined);
  return {
    protocol: isTls ? 'amqps' : 'amqp',
    hostname,
    port,
    username,
    password,
    vhost,
    heartbeat: HEARTBEAT_S,
    locale: query.get('locale') ?? undefined,
    frameMax: numberIn('frameMax'),
    channelMax: numberIn('channelMax'),
    maxFrameSize: numberIn('maxFrameSize'),
  };
}

/** Closes a connection, whether its broker answers or not. */
export async function closeModel(model: ChannelModel, limitMs = CLOSE_MS): Promise<void> {
  await within(model.close(), limitMs, undefined).catch(() => {});
  // Ends what still waits for the broker; without effect on a closed connection.
  (model.connection as unknown as { stream: Duplex }).stream.destroy(
    new Error('The connection was given up'),
  );
}

/** Remembers which broker is next: a random one first, then that after the one of the last try. */
export function createBrokers({ url, caFile }: RabbitServers) {
  const { brokers } = parseBrokers(url);
  let next = randomInt(Math.max(brokers.length, 1));

  return {
    /** Tries each broker once, one after the other. @throws ServersAwayError if none answers */
    async connect(limitMs: number): Promise<Connected> {
      const reasons: string[] = [];
      for (let tries = 0; tries < brokers.length; tries++) {
        const broker = brokers[next]!;
        next = (next + 1) % brokers.length;
        try {
          return { model: await openBroker(broker, caFile, limitMs), address: addressOf(broker.url) };
        } catch (error) {
          reasons.push(whyAway(error as Error, broker.url));
        }
      }
      throw new ServersAwayError(reasons);
    },
  };
}
