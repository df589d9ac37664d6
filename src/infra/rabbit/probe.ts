import amqp, { type Channel, type ChannelModel } from 'amqplib';
import { withHeartbeat } from './rabbit';

/** Of every RabbitMQ. */
const EXCHANGE = 'amq.direct';
const CONNECT_MS = 1_000;

/**
 * Whether RabbitMQ answers, for an API worker, which has no business with it otherwise. The connection is made by
 * the first question and kept: one for each question would fill RabbitMQ's log.
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
