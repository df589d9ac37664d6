import amqp, { type GetMessage } from 'amqplib';
import { jobQueueNames } from './rabbit';
import { noAnswerIn, ServerAwayError } from '../../lib/server-away';
import { requireWithin } from '../../lib/deadline';

export type DeadLetter = GetMessage;
export type DeadLetterQueue = Awaited<ReturnType<typeof openDeadLetters>>;

const LIMIT_MS = 5_000;
/** Most letters of one call; the rest stay for the next. */
const MOST = 1_000;

/** Takes dead letters one by one for a person to look at; those not dropped go back when it closes. */
export async function openDeadLetters(url: string, prefix: string) {
  const { dead } = jobQueueNames(prefix);
  const inTime = <T>(work: Promise<T>): Promise<T> =>
    requireWithin(work, LIMIT_MS, noAnswerIn(LIMIT_MS)).catch((error: unknown) => {
      throw new ServerAwayError('RabbitMQ', url, error);
    });
  const model = await inTime(amqp.connect(url, { timeout: LIMIT_MS }));
  model.on('error', () => {});
  const channel = await inTime(model.createChannel());
  channel.on('error', () => {});

  return {
    /** Holds the letters until `close`, so that two people who look at the same time each see different ones. */
    async take(): Promise<GetMessage[]> {
      const letters: GetMessage[] = [];
      while (letters.length < MOST) {
        const letter = await inTime(channel.get(dead));
        if (!letter) break;
        letters.push(letter);
      }
      return letters;
    },

    drop: (letter: GetMessage): void => channel.ack(letter),

    close: async (): Promise<void> => {
      await inTime(channel.close().then(() => model.close()));
    },
  };
}
