import type { Channel, ChannelModel } from 'amqplib';
import { within } from '../../lib/deadline';

/** The callers refresh each second: a later answer is useless. */
const LIMIT_MS = 500;

export interface QueueDepth {
  ready: number;
  deadLetters: number;
  consumers: number;
}

/** Reads the length of the job queue and its dead letters on a separate channel, so that it waits for nothing else. */
export function createDepthGauge({ queue, dead }: { queue: string; dead: string }) {
  let channel: Channel | undefined;
  let asking: Promise<QueueDepth> | undefined;

  async function ask(on: Channel): Promise<QueueDepth> {
    const [jobs, letters] = [await on.checkQueue(queue), await on.checkQueue(dead)];
    return {
      ready: jobs.messageCount,
      deadLetters: letters.messageCount,
      consumers: jobs.consumerCount,
    };
  }

  return {
    /** Call once for each connection, after both queues are declared. */
    async open(model: ChannelModel): Promise<void> {
      const opened = await model.createChannel();
      opened.on('error', () => {});
      opened.once('close', () => {
        if (channel === opened) channel = undefined;
      });
      channel = opened;
      asking = undefined;
    },

    /** Returns null if RabbitMQ is away or late. An unanswered question is shared, not repeated. */
    async read(): Promise<QueueDepth | null> {
      if (!channel) return null;
      const asked = (asking ??= ask(channel).finally(() => {
        if (asking === asked) asking = undefined;
      }));
      return within(asked, LIMIT_MS, null).catch(() => null);
    },
  };
}
