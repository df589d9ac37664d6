import type { Channel, ChannelModel } from 'amqplib';
import { within } from '../../lib/deadline';

/** Who asks shows something each second: late is of no use. */
const LIMIT_MS = 500;

export interface QueueDepth {
  /** Messages that wait for a job worker. */
  ready: number;
  /** Those that RabbitMQ put aside. */
  deadLetters: number;
  /** Job workers that take them. */
  consumers: number;
}

/** How many messages lie in the queue of jobs and beside it, asked on a channel that nothing else waits for. */
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
    /** For each connection anew, once both queues are there. */
    async open(model: ChannelModel): Promise<void> {
      const opened = await model.createChannel();
      opened.on('error', () => {});
      opened.once('close', () => {
        if (channel === opened) channel = undefined;
      });
      channel = opened;
      asking = undefined;
    },

    /** Null where RabbitMQ is away or doesn't answer; a question that it didn't answer yet isn't asked again. */
    async read(): Promise<QueueDepth | null> {
      if (!channel) return null;
      const asked = (asking ??= ask(channel).finally(() => {
        if (asking === asked) asking = undefined;
      }));
      return within(asked, LIMIT_MS, null).catch(() => null);
    },
  };
}
