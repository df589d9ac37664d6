import amqp, { type ConfirmChannel, type GetMessage } from 'amqplib';
import { jobQueueNames } from './rabbit';

const LIMIT_MS = 5_000;
/** At a time: more stay for the next call. */
const MOST = 1_000;

/** For a person: what lies among the dead letters, and its way back into the queue. */
export async function openDeadLetters(url: string, prefix: string) {
  const { queue, dead } = jobQueueNames(prefix);
  const model = await amqp.connect(url, { timeout: LIMIT_MS });
  model.on('error', () => {});
  const channel = await model.createConfirmChannel();
  channel.on('error', () => {});

  return {
    /** Taken until the connection closes, so that each is met once. */
    async take(): Promise<GetMessage[]> {
      const letters: GetMessage[] = [];
      while (letters.length < MOST) {
        const letter = await channel.get(dead);
        if (!letter) break;
        letters.push(letter);
      }
      return letters;
    },

    /** It leaves the dead letters once RabbitMQ has confirmed it as a new message. */
    async sendAgain(letter: GetMessage): Promise<void> {
      await publish(channel, queue, letter.content);
      channel.ack(letter);
    },

    discard: (letter: GetMessage): void => channel.ack(letter),

    close: async (): Promise<void> => {
      await channel.close();
      await model.close();
    },
  };
}

function publish(channel: ConfirmChannel, queue: string, content: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const options = { persistent: true, messageId: content.toString() };
    channel.publish('', queue, content, options, (error) => (error ? reject(error as Error) : resolve()));
  });
}
