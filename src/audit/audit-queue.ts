import { setTimeout as sleep } from 'node:timers/promises';
import { within } from '../lib/deadline';
import type { Logger } from '../process/logger';
import type { MadeEntry } from './audit-repository';

/** Bounds the memory of this worker while MongoDB is away: about 300 kB. */
export const MOST_WAITING = 1_000;
const BATCH = 100;

interface AuditQueueOptions {
  write: (entries: MadeEntry[]) => Promise<void>;
  logger: Logger;
  /** Counts an entry that only the log has. */
  onDropped: () => void;
  retryMs?: number;
}

/**
 * Writes entries that belong to no transaction, such as failed log-ins, without making a request wait. While MongoDB is
 * away they wait here. Beyond `MOST_WAITING` they are dropped: the log has them.
 */
export function createAuditQueue({ write, logger, onDropped, retryMs = 1_000 }: AuditQueueOptions) {
  const waiting: MadeEntry[] = [];
  let dropped = 0;
  let stopped = false;
  let running: Promise<void> | undefined;

  function reportMissing(count: number): void {
    if (count > 0)
      logger.warn({ dropped: count }, 'Audit entries are missing in MongoDB, but are in the log');
  }

  async function writeAll(): Promise<void> {
    while (waiting.length > 0) {
      try {
        const batch = waiting.slice(0, BATCH);
        await write(batch);
        waiting.splice(0, batch.length);
      } catch (error) {
        if (stopped) return;
        logger.debug({ err: error }, 'Audit entries could not be written; trying again');
        await sleep(retryMs, undefined, { ref: false });
      }
    }
    reportMissing(dropped);
    dropped = 0;
  }

  const start = () => (running ??= writeAll().finally(() => (running = undefined)));

  return {
    add(entry: MadeEntry): void {
      if (waiting.length < MOST_WAITING) waiting.push(entry);
      else {
        dropped += 1;
        onDropped();
      }
      void start();
    },

    waiting: (): number => waiting.length,

    /** Writes what waits, for at most `ms`; afterwards nothing is tried again. */
    async close(ms = 2_000): Promise<void> {
      stopped = true;
      await within(start(), ms, undefined);
      reportMissing(waiting.length);
    },
  };
}
