import os from 'node:os';
import { composeWorker } from './compose/worker';
import { readProcessConfig } from './config';
import { hasSuccessor } from './control/control-folder';
import { serveControl } from './control/control-server';
import { workerControl } from './control/worker-control';
import { createDoor } from './door/create-door';
import { openDoor } from './door/open-door';
import { createAnnouncer } from './hosts/announcer';
import { createLogger } from './process/logger';
import { endOnSignal, onShutdown } from './process/shutdown';
import { timeLimits } from './config/time-limits';

async function main(): Promise<void> {
  endOnSignal();
  const config = readProcessConfig(process.env);
  const logger = createLogger(config.logLevel, config.jobWorkerName, { worker: config.fullJobWorkerName });
  // Jobs use the spare time of the cores, so that an API on the same host stays fast.
  os.setPriority(os.constants.priority.PRIORITY_LOW);
  const worker = await composeWorker(config, logger);
  const { jobs, isConnected, queue, intake, deadLetters, health, metrics } = worker;
  const { jobWorkerName: name, runDir } = config;
  const announcer = createAnnouncer({
    config,
    hosts: worker.hosts,
    name,
    isServing: () => !intake.isDraining(),
    drain: intake.drain,
    resume: intake.resume,
    logger,
  });
  const handlers = workerControl({
    config,
    isConnected,
    intake,
    isHostDrained: announcer.isHostDrained,
    queue,
    deadLetters,
    jobs,
    metricsAsJson: metrics.json,
    loggers: [logger],
  });
  const control = await serveControl({ folder: runDir, name, logger }, handlers);
  const door = openDoor(
    createDoor({ control: handlers, health, metrics, runDir, worker: config.fullJobWorkerName, logger }),
    { ...config, name, port: config.jobDoorPort, logger },
  );
  onShutdown(
    async () => {
      void announcer.stop();
      if (hasSuccessor(runDir, name)) door.close();
      await worker.close(timeLimits.jobGraceMs);
      door.close();
      control.close();
    },
    timeLimits.stopMs,
    logger,
  );
  // A drained host stays drained over a restart.
  const isDrained = await announcer.startsDrained();
  if (!config.isTrial) await worker.start();
  if (isDrained) await intake.drain();
  announcer.start();
  logger.info(config.isTrial ? 'Trial boot succeeded; not consuming jobs' : 'Waiting for jobs');
  process.send?.('ready');
}

main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
