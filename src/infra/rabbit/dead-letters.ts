import type { GetMessage } from 'amqplib';
import { closeModel, createBrokers, type RabbitServers } from './brokers';
import { jobQueueNames } from './rabbit';
import { noAnswerIn, ServerAwayError } from '../../lib/server-away';
import { requireWithin } from '../../lib/deadline';

export type DeadLetter = GetMessage;
export type DeadLetterQueue = Awaited<ReturnType<typeof openDeadLetters>>;

const LIMIT_MS = 5_000;
/** Most letters of one call; the rest stay for the next. */
const MOST = 1_000;

/** Takes dead letters one by one for a person to look at; those not dropped go back when it closes. */
export async function openDeadLetters(servers: RabbitServers, prefix: string) {
  const { dead } = jobQueueNames(prefix);
  const inTime = <T>(work: Promise<T>): Promise<T> =>
    requireWithin(work, LIMIT_MS, noAnswerIn(LIMIT_MS)).catch((error: unknown) => {
      throw new ServerAwayError('RabbitMQ', servers.url, error);
    });
  const { model } = await createBrokers(servers)
    .connect(LIMIT_MS)
    .catch((error: unknown) => {
      throw new ServerAwayError('RabbitMQ', servers.url, error);
    });
  const channel = await inTime(model.createChannel()).catch(async (error: unknown) => {
    await closeModel(model);
    throw error;
  });
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
      await inTime(channel.close()).finally(() => closeModel(model));
    },
  };
}
