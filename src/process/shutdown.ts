import type { Logger } from './logger';

/**
 * Runs `stop` once, at the first of the ways in which a process is asked to end: SIGINT by PM2, SIGTERM by
 * Docker and systemd, the message by `pm2 … --shutdown-with-message`. Past the deadline the process ends anyhow.
 */
export function onShutdown(stop: () => Promise<void>, deadlineMs: number, logger: Logger): void {
  let stopping = false;
  const begin = (reason: string) => {
    if (stopping) return;
    stopping = true;
    logger.info({ reason }, 'Stopping');
    setTimeout(() => {
      logger.error('It did not stop in time');
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
