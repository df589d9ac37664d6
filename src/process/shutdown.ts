import type { Logger } from './logger';

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
  process.on('SIGINT', () => begin('SIGINT'));
  process.on('SIGTERM', () => begin('SIGTERM'));
  process.on('message', (message) => {
    if (message === 'shutdown') begin('shutdown message');
  });
}
