import amqp, { type GetMessage } from 'amqplib';
import { jobQueueNames } from './rabbit';
import { ServerAwayError } from '../../lib/server-away';
import { requireWithin } from '../../lib/deadline';

export type DeadLetter = GetMessage;
export type DeadLetterQueue = Awaited<ReturnType<typeof openDeadLetters>>;

const LIMIT_MS = 5_000;
/** At a time: more stay for the next call. */
const MOST = 1_000;

/** What lies among the dead letters, for a person who looks: taken one by one, and put back where nothing is said. */
export async function openDeadLetters(url: string, prefix: string) {
  const { dead } = jobQueueNames(prefix);
  const inTime = <T>(work: Promise<T>): Promise<T> =>
    requireWithin(work, LIMIT_MS, `no answer within ${LIMIT_MS / 1_000} s`).catch((error: unknown) => {
      throw new ServerAwayError('RabbitMQ', url, error);
    });
  const model = await inTime(amqp.connect(url, { timeout: LIMIT_MS }));
  model.on('error', () => {});
  const channel = await inTime(model.createChannel());
  channel.on('error', () => {});

  return {
    /** Taken until the connection closes, so that each is met once, also by two who look at the same time. */
    async take(): Promise<GetMessage[]> {
      const letters: GetMessage[] = [];
      while (letters.length < MOST) {
        const letter = await inTime(channel.get(dead));
        if (!letter) break;
        letters.push(letter);
      }
      return letters;
    },

    /** It is done with. */
    drop: (letter: GetMessage): void => channel.ack(letter),

    close: async (): Promise<void> => {
      await inTime(channel.close().then(() => model.close()));
    },
  };
}
