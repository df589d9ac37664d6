import type { ProcessConfig } from '../config';
import { ConflictError } from '../problems/errors';
import { versions } from '../process/version';
import type { Bodies, ProcessStatus } from './protocol';

export interface LevelledLogger {
  level: string;
}

const startedAt = Date.now() - Math.round(process.uptime() * 1_000);

export const processStatus = (
  config: ProcessConfig,
  name: string,
  logger: LevelledLogger,
): ProcessStatus => ({
  name,
  host: config.hostName,
  pid: process.pid,
  release: config.release,
  build: versions,
  startedAt,
  memoryBytes: process.memoryUsage.rss(),
  logLevel: logger.level,
});

/** @throws ConflictError if an operator wants the whole host to take nothing */
export function refuseDrainedHost(hostName: string, isDrained: boolean): void {
  if (isDrained)
    throw new ConflictError(
      `Host ${hostName} is drained. To end that: npx taskfleet hosts resume ${hostName}`,
    );
}

/** Sets the level until the process restarts, which reads LOG_LEVEL again. */
export const setLevel =
  (loggers: LevelledLogger[]) =>
  ({ level }: Bodies['POST /log-level']) => {
    for (const logger of loggers) logger.level = level;
    return { logLevel: level };
  };
