import type { Channel, ChannelModel, ConfirmChannel, Message } from 'amqplib';
import type { Logger } from '../../process/logger';
import { closeModel, type RabbitServers } from './brokers';
import { createDepthGauge } from './depth';
import { keepConnected } from './keep-connected';
import { requireWithin, within } from '../../lib/deadline';

export type JobQueue = ReturnType<typeof createJobQueue>;

/** Fate of a message: done, back to another consumer, or kept among the dead letters for a person to see. */
export type Verdict = 'ack' | 'requeue' | 'dead-letter';

interface JobQueueOptions {
  servers: RabbitServers;
  prefix: string;
  /** Messages under way in this process at a time. */
  concurrency: number;
  logger: Logger;
}

const STEP_MS = 5_000;
const CONFIRM_MS = 5_000;
const noAnswer = () => new Error('RabbitMQ: no answer');
/** A message that crashed its consumer this many times goes to the dead letters. */
const DELIVERY_LIMIT = 5;
const MAX_LENGTH = 100_000;

export const jobQueueNames = (prefix: string) => ({ queue: `${prefix}.jobs`, dead: `${prefix}.jobs.dead` });

/** @throws if a queue exists with other arguments */
export async function declareJobQueues(channel: Channel, prefix: string): Promise<void> {
  const { queue, dead } = jobQueueNames(prefix);
  await channel.assertQueue(dead, { durable: true, arguments: { 'x-queue-type': 'quorum' } });
  await channel.assertQueue(queue, {
    durable: true,
    arguments: {
      'x-queue-type': 'quorum',
      'x-delivery-limit': DELIVERY_LIMIT,
      'x-dead-letter-exchange': '',
      'x-dead-letter-routing-key': dead,
      'x-dead-letter-strategy': 'at-least-once',
      'x-overflow': 'reject-publish',
      'x-max-length': MAX_LENGTH,
    },
  });
}

/**
 * A quorum queue of job ids with its dead letters. It reconnects by itself; RabbitMQ redelivers messages that were
 * under way when the connection broke, so consumers must be idempotent.
 */
export function createJobQueue({ servers, prefix, concurrency, logger }: JobQueueOptions) {
  const { queue } = jobQueueNames(prefix);
  const depth = createDepthGauge(jobQueueNames(prefix));
  let publisher: ConfirmChannel | undefined;
  let blocked: string | undefined;
  /** Channel of the jobs, while connected. */
  let jobs: Channel | undefined;
  let tag: string | undefined;
  let consume: ((content: string) => Promise<Verdict>) | undefined;
  const running = new Set<Promise<void>>();

  /** Closes the connection of a channel that closes, so that recovery sets up both. */
  function bindTo<T extends Channel>(model: ChannelModel, channel: T): T {
    channel.on('error', (error) => logger.warn({ reason: error.message }, 'RabbitMQ closed a channel'));
    channel.on('close', () => void closeModel(model));
    return channel;
  }

  async function startConsuming(channel: Channel): Promise<void> {
    const onMessage = consume;
    tag = undefined;
    if (!onMessage) return;
    const { consumerTag } = await channel.consume(queue, (message) => {
      if (!message) return void channel.close().catch(() => {});
      const work = onMessage(message.content.toString()).then(
        (verdict) =>
          verdict === 'ack' ? channel.ack(message) : channel.nack(message, false, verdict === 'requeue'),
        (error: Error) => {
          logger.error({ err: error }, 'Handling a message failed; it goes to the dead letters');
          channel.nack(message, false, false);
        },
      );
      // Acknowledging fails only if the channel is gone; RabbitMQ then redelivers the message.
      const ended = work.catch(() => {}).finally(() => running.delete(ended));
      running.add(ended);
    });
    // Drained meanwhile.
    if (consume !== onMessage) await channel.cancel(consumerTag);
    else tag = consumerTag;
  }

  async function setUp(model: ChannelModel): Promise<void> {
    model.on('error', () => {});
    watchAlarms(model);
    const confirming = bindTo(model, await model.createConfirmChannel());
    const consuming = bindTo(model, await model.createChannel());
    await declareJobQueues(confirming, prefix);
    await depth.open(model);
    await consuming.prefetch(concurrency);
    jobs = consuming;
    consuming.once('close', () => {
      if (jobs === consuming) jobs = undefined;
    });
    await startConsuming(consuming);
    publisher = confirming;
    confirming.once('close', () => {
      if (publisher === confirming) publisher = undefined;
    });
  }

  /** During an alarm RabbitMQ reads nothing more from a connection that has published. */
  function watchAlarms(model: ChannelModel): void {
    blocked = undefined;
    model.on('blocked', (reason: string) => {
      blocked = reason;
      logger.warn({ reason }, 'RabbitMQ is short of disk or memory: jobs wait in MongoDB');
    });
    model.on('unblocked', () => {
      blocked = undefined;
      logger.info('RabbitMQ accepts jobs again');
    });
  }

  const connection = keepConnected({ servers, setUp, logger });

  return {
    /** Connects now, or as soon as RabbitMQ is reachable; `onMessage` decides the fate of each message. */
    start(onMessage: (content: string) => Promise<Verdict>): void {
      consume = onMessage;
      connection.start();
    },

    /**
     * Resolves once RabbitMQ confirmed that it routed and stored the message; rejects within CONFIRM_MS otherwise. The
     * message of a rejected call may still be stored.
     */
    async publish(content: string): Promise<void> {
      const channel = publisher;
      if (!channel) throw new Error('RabbitMQ is away');
      // Published now, it would wait in this process's memory, once more with each retry.
      if (blocked !== undefined) throw new Error(`RabbitMQ accepts no messages: ${blocked}`);
      const messageId = content;
      let returned = false;
      // RabbitMQ confirms unroutable messages too; `mandatory` returns them before the confirm.
      const onReturn = (message: Message) => (returned ||= message.properties.messageId === messageId);
      channel.on('return', onReturn);
      try {
        const confirmed = new Promise<void>((resolve, reject) => {
          const options = { persistent: true, mandatory: true, messageId };
          channel.publish('', queue, Buffer.from(content), options, (error) =>
            error ? reject(error as Error) : resolve(),
          );
        });
        await requireWithin(confirmed, CONFIRM_MS, noAnswer);
        if (returned) throw new Error(`RabbitMQ has no queue ${queue}`);
      } finally {
        channel.off('return', onReturn);
      }
    },

    isConnected: (): boolean => publisher !== undefined,

    /** True while an alarm blocks publishing. RabbitMQ reports alarms only to connections that have published. */
    isBlocked: (): boolean => blocked !== undefined,

    depth: depth.read,

    /** Messages that this process holds and has not acknowledged. */
    unacknowledged: (): number => running.size,

    /** Takes no more messages. Resolves once none is under way. */
    async drain(): Promise<void> {
      const cancelled = tag;
      consume = undefined;
      tag = undefined;
      if (jobs && cancelled) await within(jobs.cancel(cancelled), STEP_MS, undefined).catch(() => {});
      await Promise.all(running);
    },

    /** Takes messages again after a drain; while RabbitMQ is away, once it is back. */
    async resume(onMessage: (content: string) => Promise<Verdict>): Promise<void> {
      if (consume) return;
      consume = onMessage;
      if (jobs) await requireWithin(startConsuming(jobs), STEP_MS, noAnswer);
    },

    async close(): Promise<void> {
      await connection.close();
    },
  };
}
