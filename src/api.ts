import { createApp } from './app';
import { composeApi } from './compose';
import { readConfig } from './config';
import { apiControl } from './control/api-control';
import { hasSuccessor } from './control/control-folder';
import { serveControl } from './control/control-server';
import { shareCores } from './control/share-cores';
import { createAppServer } from './http/app-server';
import { createDrain } from './http/drain';
import { joinBalancer, leaveBalancer } from './http/balancer';
import { createLogger } from './logger';
import { onShutdown } from './shutdown';
import { timeLimits } from './time-limits';

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const logger = createLogger(config.logLevel, config.workerName);
  const api = await composeApi(config, logger);
  const { server, serve, listenOn } = createAppServer(config);
  const drain = createDrain(server, api.longAnswers);
  api.health.watch(drain.isDraining);
  serve(createApp({ ...api.app, isDraining: drain.isDraining }));
  const listen = () => listenOn(config.port, config.host);
  const { balancerUrl } = config;
  const { lastRequestAt } = drain;
  const join = async () => {
    if (balancerUrl && !config.isTrial) await joinBalancer({ balancerUrl, lastRequestAt });
  };
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
      join,
      hasStarted: api.health.hasStarted,
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
  await join();
  api.health.started();
  logger.info({ port: config.port }, 'Serving');
  process.send?.('ready');
}

main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
