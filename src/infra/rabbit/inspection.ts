import { setTimeout as sleep } from 'node:timers/promises';
import amqp, { type ChannelModel } from 'amqplib';
import { declareJobQueues, jobQueueNames } from './rabbit';

export type RabbitFacts = Awaited<ReturnType<typeof inspectRabbit>>;

/** How long RabbitMQ may take to report an alarm after a publish. */
const ALARM_MS = 200;

/** Inspects a broker by AMQP alone and creates nothing. */
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
    // Declaring is refused if the arguments differ; both exist, so it creates nothing.
    const isAsDeclared =
      isThere && (await inChannel(model, (channel) => declareJobQueues(channel, prefix).then(() => true)));
    // Ask this last: during an alarm RabbitMQ reads nothing more from a connection that published, not even a close.
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

/** Asks on a channel of its own, which a refusal closes; returns `undefined` then. */
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
