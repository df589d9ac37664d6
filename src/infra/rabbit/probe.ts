import amqp, { type Channel, type ChannelModel } from 'amqplib';
import { withHeartbeat } from './rabbit';

/** An exchange that every RabbitMQ has. */
const EXCHANGE = 'amq.direct';
const CONNECT_MS = 1_000;

/**
 * Checks whether RabbitMQ answers, for API workers, which use it for nothing else. The first ping connects and later
 * pings reuse the connection: a connection for each would fill RabbitMQ's log.
 */
export function createRabbitProbe(url: string) {
  let link: Promise<{ model: ChannelModel; channel: Channel }> | undefined;

  async function connect() {
    const model = await amqp.connect(withHeartbeat(url), { timeout: CONNECT_MS });
    model.on('error', () => {});
    model.on('close', () => (link = undefined));
    const channel = await model.createChannel();
    channel.on('error', () => {});
    return { model, channel };
  }

  return {
    async ping(): Promise<void> {
      link ??= connect();
      try {
        await (await link).channel.checkExchange(EXCHANGE);
      } catch (error) {
        link = undefined;
        throw error;
      }
    },

    async close(): Promise<void> {
      await link?.then(({ model }) => model.close()).catch(() => {});
    },
  };
}
