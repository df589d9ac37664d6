import { createAside } from './aside/aside';
import { createVitals } from './aside/vitals';
import { createApp } from './http/server/app';
import { composeApi } from './compose/api';
import { readConfig } from './config';
import { isTwinServing } from './control/control-client';
import { apiControl, DEADLINE_MS } from './control/api-control';
import { hasSuccessor } from './control/control-folder';
import { serveControl } from './control/control-server';
import { shareCores } from './control/share-cores';
import { createDoor } from './door/create-door';
import { openDoor } from './door/open-door';
import { createAnnouncer } from './hosts/announcer';
import { createAppServer } from './http/server/app-server';
import { createDrain } from './http/server/drain';
import { createBalancers, leaveWithHelp } from './http/server/balancer';
import { logTrustedProxies } from './http/server/trusted-proxies';
import { createLogger } from './process/logger';
import { endOnSignal, onShutdown } from './process/shutdown';
import { drainTimes, stopMsOf, timeLimits } from './config/time-limits';
import { cores } from './process/cores';

async function main(): Promise<void> {
  endOnSignal();
  const config = readConfig(process.env);
  const logger = createLogger(config.logLevel, config.workerName, { worker: config.fullWorkerName });
  const api = await composeApi(config, logger);
  const { server, serve, listenOn } = createAppServer(config);
  const drain = createDrain(server, api.longAnswers);
  api.health.watch(drain.isDraining);
  serve(createApp(api.app));
  const listen = () => listenOn(config.port, config.host);
  const { lastRequestAt } = drain;
  const balancers =
    config.balancerUrls && createBalancers({ urls: config.balancerUrls, lastRequestAt, logger });
  server.prependListener('request', ({ url = '' }) => balancers?.note(url));
  const join = async () => {
    if (!config.isTrial) await balancers?.join();
  };
  let returning = 0;
  const rejoin = async () => {
    returning += 1;
    try {
      await drain.resume(listen);
      await join();
    } finally {
      returning -= 1;
    }
  };
  const isServing = () => api.health.hasStarted() && !drain.isDraining() && returning === 0;
  const leaving = balancers?.leave;
  const { live, hashPool, app, lateness } = api;
  const aside = createAside({
    folder: config.runDir,
    measure: createVitals(lateness),
    // Without BALANCER_URL nothing makes NGINX skip this worker, so it must not step aside.
    isServing: () => !!leaving && isServing(),
    leave: (help) =>
      drain.drain({
        windowMs: drainTimes(config.drainMs).windowMs,
        deadlineMs: DEADLINE_MS,
        leave: () => leaveWithHelp(help, lastRequestAt),
        handsOver: true,
      }),
    rejoin,
    metrics: api.metrics,
    logger,
  });
  const loggers = [logger, app.accessLog];
  const { metrics, health } = api;
  const commands = apiControl({
    config,
    drain,
    aside,
    leave: leaving,
    askNginx: balancers?.ask,
    rejoin,
    isServing,
    isHostDrained: () => announcer.isHostDrained(),
    live,
    hashPool,
    watchers: api.watchers,
    keyIds: api.keyIds,
    metricsAsJson: metrics.json,
    loggers,
  });
  const announcer = createAnnouncer({
    config,
    hosts: api.hosts,
    name: config.workerName,
    port: config.port,
    keyIds: api.keyIds,
    isServing,
    drain: commands['POST /drain'],
    resume: rejoin,
    logger,
  });
  const { workerName, runDir } = config;
  const control = await serveControl({ folder: runDir, name: workerName, logger }, commands);
  const stopPublishing = api.publish(commands['GET /status']);
  const door = openDoor(
    createDoor({ control: commands, health, metrics, runDir, worker: config.fullWorkerName, logger }),
    { ...config, name: workerName, port: config.doorPort, logger },
  );
  const stopSharing = config.sharesCores ? shareCores(config.runDir, hashPool) : () => {};
  onShutdown(
    async () => {
      void announcer.stop();
      aside.stop();
      // In a reload the new worker listens on the same port, so NGINX need not skip it.
      const isReplaced = hasSuccessor(config.runDir, config.workerName);
      if (isReplaced) {
        health.replaced();
        door.close();
      }
      const leave = isReplaced ? undefined : leaving;
      const { serveMs, windowMs } = drainTimes(config.drainMs);
      const times = { serveMs: isReplaced ? 0 : serveMs, windowMs, deadlineMs: timeLimits.drainMs };
      await drain.drain({ ...times, leave, forGood: true });
      stopSharing();
      await stopPublishing();
      door.close();
      control.close();
      await api.close();
    },
    stopMsOf(config.drainMs),
    logger,
  );
  // A drained host stays drained over a restart.
  if (await announcer.startsDrained()) await drain.drain({ windowMs: 0, deadlineMs: 0 });
  // A signal may have come meanwhile.
  else if (!drain.isDraining()) await listen();
  // NGINX keeps its connections to the worker that this one replaces, so waiting for a request would take long.
  if (drain.isListening() && !(await isTwinServing(config.runDir, config.workerName))) await join();
  api.health.started();
  logTrustedProxies(config, logger);
  announcer.start();
  logger.info({ port: config.port, cores: cores.count, coresFrom: cores.from }, 'Serving');
  process.send?.('ready');
}

main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
