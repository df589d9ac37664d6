import { createServer } from 'node:http';
import { createApp } from './app';
import { composeApi } from './compose';
import { readConfig } from './config';
import { apiControl } from './control/api-control';
import { serveControl } from './control/control-server';
import { shareCores } from './control/share-cores';
import { answerClientError } from './http/client-error';
import { createDrain } from './http/drain';
import { createLogger } from './logger';
import { onShutdown } from './shutdown';

/** Below PM2's kill_timeout. */
const STOP_MS = 13_000;
/** Longer than NGINX keeps an idle connection: NGINX is the one to let go of it. */
const KEEP_ALIVE_MS = 65_000;

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const logger = createLogger(config.logLevel, config.workerName);
  const api = await composeApi(config, logger);
  const server = createServer(createApp(api.app));
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.headersTimeout = KEEP_ALIVE_MS + 1_000;
  server.on('clientError', answerClientError);
  const drain = createDrain(server);
  const listen = () =>
    new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(config.port, config.host, () => {
        server.off('error', reject);
        resolve();
      });
    });
  const { live, hashPool, app } = api;
  const loggers = [logger, app.accessLog];
  const metricsAsJson = app.metrics.json;
  const control = await serveControl(
    { folder: config.runDir, name: config.workerName, logger },
    apiControl({ config, drain, listen, live, hashPool, metricsAsJson, loggers }),
  );
  const stopSharing = config.sharesCores ? shareCores(config.runDir, hashPool) : () => {};
  onShutdown(
    async () => {
      await drain.drain({ windowMs: config.drainMs, deadlineMs: STOP_MS - 2_000 });
      stopSharing();
      control.close();
      await api.close();
    },
    STOP_MS,
    logger,
  );
  await listen();
  logger.info({ port: config.port }, 'Serving');
  process.send?.('ready');
}

main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
