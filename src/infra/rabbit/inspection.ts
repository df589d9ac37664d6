import { setTimeout as sleep } from 'node:timers/promises';
import amqp, { type ChannelModel } from 'amqplib';
import { declareJobQueues, jobQueueNames } from './rabbit';

export type RabbitFacts = Awaited<ReturnType<typeof inspectRabbit>>;

/** RabbitMQ tells of an alarm when something is published. */
const ALARM_MS = 200;

/** What is to be known of a broker by AMQP alone; nothing is made. */
export async function inspectRabbit(url: string, prefix: string, limitMs: number) {
  const asked = performance.now();
  const model = await amqp.connect(url, { timeout: limitMs });
  const latencyMs = performance.now() - asked;
  let alarm: string | undefined;
  model.on('error', () => {});
  model.on('blocked', (reason: string) => (alarm = reason));
  try {
    const { queue, dead } = jobQueueNames(prefix);
    const jobs = await inChannel(model, (channel) => channel.checkQueue(queue));
    const deadLetters = await inChannel(model, (channel) => channel.checkQueue(dead));
    const isThere = jobs !== undefined && deadLetters !== undefined;
    // Refused where they are of another kind; made nowhere, since both are there.
    const isAsDeclared =
      isThere && (await inChannel(model, (channel) => declareJobQueues(channel, prefix).then(() => true)));
    // The last question: with an alarm RabbitMQ reads nothing more from who publishes, not even a close.
    const channel = await model.createChannel();
    channel.on('error', () => {});
    channel.publish('', `${prefix}.nobody`, Buffer.alloc(0));
    await sleep(ALARM_MS);
    return {
      version: String(model.connection.serverProperties.version),
      latencyMs,
      isThere,
      isAsDeclared: isAsDeclared === true,
      waiting: jobs?.messageCount ?? 0,
      consumers: jobs?.consumerCount ?? 0,
      deadLetters: deadLetters?.messageCount ?? 0,
      alarm,
    };
  } finally {
    model.close().catch(() => {});
  }
}

type Channel = Awaited<ReturnType<ChannelModel['createChannel']>>;

/** A refusal ends its channel; undefined then. */
async function inChannel<T>(model: ChannelModel, ask: (channel: Channel) => Promise<T>) {
  const channel = await model.createChannel();
  channel.on('error', () => {});
  try {
    const answer = await ask(channel);
    await channel.close();
    return answer;
  } catch {
    return undefined;
  }
}
