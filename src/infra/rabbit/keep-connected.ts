import { setTimeout as sleep } from 'node:timers/promises';
import type { ChannelModel } from 'amqplib';
import type { Logger } from '../../process/logger';
import { backoffMs } from '../../lib/backoff';
import { requireWithin } from '../../lib/deadline';
import { closeModel, createBrokers, type RabbitServers } from './brokers';

interface KeepConnectedOptions {
  servers: RabbitServers;
  /** Prepares each new connection, which counts only if this succeeds. */
  setUp: (model: ChannelModel) => Promise<void>;
  logger: Logger;
}

/** How long a broker may be silent while a connection to it is made. */
const CONNECT_MS = 5_000;
const SET_UP_MS = 10_000;
const CLOSE_MS = 5_000;
/** Up to three seconds. */
const WAIT_MS = { first: 200, most: 2_500, jitter: 0.2 };

/** Keeps one connection to one of the brokers; connects to the next one if it is lost or can't be set up. */
export function keepConnected({ servers, setUp, logger }: KeepConnectedOptions) {
  const brokers = createBrokers(servers);
  const stopping = new AbortController();
  let current: ChannelModel | undefined;
  let failures = 0;

  /** Resolves once the connection is lost. */
  async function hold(): Promise<void> {
    const { model, address: broker } = await brokers.connect(CONNECT_MS);
    const isLost = new Promise((resolve) => model.once('close', resolve));
    try {
      stopping.signal.throwIfAborted();
      current = model;
      await requireWithin(setUp(model), SET_UP_MS, () => new Error(`${broker}: no answer`));
    } catch (error) {
      current = undefined;
      await closeModel(model);
      throw error;
    }
    failures = 0;
    logger.info({ broker }, 'Connected to RabbitMQ');
    await isLost;
    current = undefined;
    if (!stopping.signal.aborted) logger.warn({ broker }, 'RabbitMQ is away');
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      await hold().catch((error: Error) => {
        failures += 1;
        if (!stopping.signal.aborted) logger.warn({ reason: error.message }, 'RabbitMQ is away');
      });
      await sleep(backoffMs(WAIT_MS, failures), undefined, { signal: stopping.signal }).catch(() => {});
    }
  }

  return {
    start: (): void => void run(),
    async close(): Promise<void> {
      stopping.abort();
      if (current) await closeModel(current, CLOSE_MS);
    },
  };
}
