import { createServer } from 'node:http';
import { createApp } from './app';
import { composeApi } from './compose';
import { readConfig } from './config';
import { apiControl } from './control/api-control';
import { serveControl } from './control/control-server';
import { hasSuccessor, shareCores } from './control/share-cores';
import { answerClientError } from './http/client-error';
import { createDrain } from './http/drain';
import { joinBalancer, leaveBalancer } from './http/balancer';
import { createLogger } from './logger';
import { onShutdown } from './shutdown';
import { timeLimits } from './time-limits';

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const logger = createLogger(config.logLevel, config.workerName);
  const api = await composeApi(config, logger);
  const server = createServer();
  server.keepAliveTimeout = timeLimits.keepAliveMs;
  server.headersTimeout = timeLimits.keepAliveMs + 1_000;
  server.on('clientError', answerClientError);
  const drain = createDrain(server, api.watchers);
  api.health.watch(drain.isDraining);
  server.on('request', createApp({ ...api.app, isDraining: drain.isDraining }));
  const listen = () =>
    new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(config.port, config.host, () => {
        server.off('error', reject);
        resolve();
      });
    });
  const { balancerUrl } = config;
  const { lastRequestAt } = drain;
  const leaving = balancerUrl ? () => leaveBalancer({ balancerUrl, lastRequestAt }) : undefined;
  const { live, hashPool, app } = api;
  const loggers = [logger, app.accessLog];
  const metricsAsJson = app.metrics.json;
  const control = await serveControl(
    { folder: config.runDir, name: config.workerName, logger },
    apiControl({
      config,
      drain,
      leave: leaving,
      listen,
      live,
      hashPool,
      watchers: api.watchers.size,
      metricsAsJson,
      loggers,
    }),
  );
  const stopSharing = config.sharesCores ? shareCores(config.runDir, hashPool) : () => {};
  onShutdown(
    async () => {
      // In a reload the new worker has the port as well: it needn't be passed over.
      const leave = hasSuccessor(config.runDir, config.workerName) ? undefined : leaving;
      await drain.drain({ windowMs: config.drainMs, deadlineMs: timeLimits.drainMs, leave });
      stopSharing();
      control.close();
      await api.close();
    },
    timeLimits.stopMs,
    logger,
  );
  await listen();
  if (balancerUrl && !config.isTrial) await joinBalancer({ balancerUrl, lastRequestAt });
  api.health.started();
  logger.info({ port: config.port }, 'Serving');
  process.send?.('ready');
}

main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
