import type { Channel, ChannelModel } from 'amqplib';
import { requireWithin } from '../../lib/deadline';
import { noAnswerIn } from '../../lib/server-away';
import { closeModel, createBrokers, type RabbitServers } from './brokers';

/** An exchange that every RabbitMQ has. */
const EXCHANGE = 'amq.direct';
const LIMIT_MS = 1_000;

interface Link {
  model: ChannelModel;
  channel: Channel;
}

/**
 * Checks whether RabbitMQ answers, for API workers, which use it for nothing else. The first ping connects and later
 * pings reuse the connection: a connection for each would fill RabbitMQ's log.
 */
export function createRabbitProbe(servers: RabbitServers) {
  const brokers = createBrokers(servers);
  let link: Promise<Link> | undefined;

  async function connect(): Promise<Link> {
    const { model } = await brokers.connect(LIMIT_MS);
    try {
      const channel = await requireWithin(model.createChannel(), LIMIT_MS, noAnswerIn(LIMIT_MS));
      channel.on('error', () => {});
      return { model, channel };
    } catch (error) {
      void closeModel(model);
      throw error;
    }
  }

  /** A connection that was given up may close when the next one is in use. */
  function forget(old: Promise<Link>): void {
    if (link === old) link = undefined;
  }

  function open(): Promise<Link> {
    const opened = connect();
    opened.then(
      ({ model }) => model.once('close', () => forget(opened)),
      () => forget(opened),
    );
    return opened;
  }

  return {
    async ping(): Promise<void> {
      const used = (link ??= open());
      try {
        const { channel } = await used;
        await requireWithin(channel.checkExchange(EXCHANGE), LIMIT_MS, noAnswerIn(LIMIT_MS));
      } catch (error) {
        // The next ping asks the next broker.
        forget(used);
        void used.then(({ model }) => closeModel(model)).catch(() => {});
        throw error;
      }
    },

    async close(): Promise<void> {
      await link?.then(({ model }) => model.close()).catch(() => {});
    },
  };
}
