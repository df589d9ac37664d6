import { setTimeout as sleep } from 'node:timers/promises';
import type { ChannelModel } from 'amqplib';
import { parseBrokers, type Broker } from '../../lib/broker-list';
import { addressOf, ServersAwayError, whyAway } from '../../lib/server-away';
import { closeModel, openBroker, type RabbitServers } from './brokers';
import { declareJobQueues, jobQueueNames } from './rabbit';

export type RabbitFacts = Awaited<ReturnType<typeof inspectRabbit>>;

/** How a broker of AMQP_URL answered. */
export interface BrokerFacts {
  address: string;
  /** Whether it has the queues of jobs; unset if it does not answer. */
  hasQueues?: boolean;
  /** Why it does not answer. */
  away?: string;
}

/** How long RabbitMQ may take to report an alarm after a publish. */
const ALARM_MS = 200;

type Asked = BrokerFacts & { broker: Broker; model?: ChannelModel; latencyMs: number };

/** Inspects the brokers by AMQP alone and creates nothing. @throws ServersAwayError if none answers */
export async function inspectRabbit({ url, caFile }: RabbitServers, prefix: string, limitMs: number) {
  const asked = await Promise.all(
    parseBrokers(url).brokers.map((broker) => askBroker(broker, caFile, prefix, limitMs)),
  );
  const answering = asked.find(({ hasQueues }) => hasQueues) ?? asked.find(({ model }) => model);
  if (!answering?.model) throw new ServersAwayError(asked.map(({ away = '' }) => away));
  try {
    return {
      version: String(answering.model.connection.serverProperties.version),
      latencyMs: answering.latencyMs,
      brokers: asked.map(({ address, hasQueues, away }): BrokerFacts => ({ address, hasQueues, away })),
      /** The broker that reported the rest. */
      broker: answering.broker,
      ...(await inspectQueues(answering.model, prefix)),
    };
  } finally {
    for (const { model } of asked) if (model) void closeModel(model);
  }
}

async function askBroker(
  broker: Broker,
  caFile: string | undefined,
  prefix: string,
  limitMs: number,
): Promise<Asked> {
  const began = performance.now();
  const address = addressOf(broker.url);
  try {
    const model = await openBroker(broker, caFile, limitMs);
    const latencyMs = performance.now() - began;
    const { queue } = jobQueueNames(prefix);
    const hasQueues = (await inChannel(model, (channel) => channel.checkQueue(queue))) !== undefined;
    return { broker, address, model, hasQueues, latencyMs };
  } catch (error) {
    return { broker, address, away: whyAway(error as Error, broker.url), latencyMs: NaN };
  }
}

async function inspectQueues(model: ChannelModel, prefix: string) {
  let alarm: string | undefined;
  model.on('blocked', (reason: string) => (alarm = reason));
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
    isThere,
    isAsDeclared: isAsDeclared === true,
    waiting: jobs?.messageCount ?? 0,
    consumers: jobs?.consumerCount ?? 0,
    deadLetters: deadLetters?.messageCount ?? 0,
    alarm,
  };
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
