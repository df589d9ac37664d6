import type { Logger } from './logger';

const STATUS = { SIGINT: 130, SIGTERM: 143 };
const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
const endAtOnce = (signal: NodeJS.Signals) => process.exit(STATUS[signal as keyof typeof STATUS]);

/**
 * Ends the process at a signal that comes before `onShutdown`. The kernel ignores a signal without a handler if the
 * process is number 1, as in a container: a start that waits for MongoDB could then only be killed.
 */
export function endOnSignal(): void {
  for (const signal of SIGNALS) process.on(signal, endAtOnce);
}

/**
 * Runs `stop` at the first request to end: SIGINT from PM2, SIGTERM from Docker and systemd, or the message of
 * `pm2 … --shutdown-with-message`. The process ends at the deadline in any case.
 */
export function onShutdown(stop: () => Promise<void>, deadlineMs: number, logger: Logger): void {
  let stopping = false;
  const begin = (reason: string) => {
    if (stopping) return;
    stopping = true;
    logger.info({ reason }, 'Stopping');
    setTimeout(() => {
      logger.error('Stopping took too long');
      process.exit(1);
    }, deadlineMs).unref();
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error({ err: error }, 'Stopping failed');
        process.exit(1);
      },
    );
  };
  // In this order: Node.js drops a signal that it has caught but not yet passed on if no listener is left for it.
  for (const signal of SIGNALS) process.on(signal, () => begin(signal)).off(signal, endAtOnce);
  process.on('message', (message) => {
    if (message === 'shutdown') begin('shutdown message');
  });
}
