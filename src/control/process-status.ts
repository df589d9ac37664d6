import { LOG_LEVELS, type ProcessConfig } from '../config';

export interface LevelledLogger {
  level: string;
}

/** What every process tells of itself. */
export interface ProcessStatus {
  name: string;
  pid: number;
  /** Of the build and its configuration: the same in all workers that run the same. */
  release: string;
  /** Milliseconds since 1970. */
  startedAt: number;
  memoryBytes: number;
  logLevel: string;
}

const startedAt = Date.now() - Math.round(process.uptime() * 1_000);

export const processStatus = (
  config: ProcessConfig,
  name: string,
  logger: LevelledLogger,
): ProcessStatus => ({
  name,
  pid: process.pid,
  release: config.release,
  startedAt,
  memoryBytes: process.memoryUsage.rss(),
  logLevel: logger.level,
});

/** Until the process starts anew, which takes its level from LOG_LEVEL again. */
export const logLevelHandler =
  (loggers: LevelledLogger[]) =>
  (body: unknown): { logLevel: string } => {
    const { level } = (body ?? {}) as { level?: string };
    if (!level || !(LOG_LEVELS as readonly string[]).includes(level))
      throw new Error(`level: one of ${LOG_LEVELS.join(', ')} is needed.`);
    for (const logger of loggers) logger.level = level;
    return { logLevel: level };
  };
