import { afterCommit, type ClientSession } from '../infra/mongo/mongo';
import type { Logger } from '../process/logger';
import { toEntry, type AuditEntry, type AuditEvent } from './audit-event';
import { createAuditQueue } from './audit-queue';
import { withId, type AuditRepository } from './audit-repository';

export type Audit = ReturnType<typeof createAudit>;

interface AuditDeps {
  entries: Pick<AuditRepository, 'add' | 'addMissing'>;
  logger: Logger;
  /** Counts an entry that only the log has. */
  onDropped?: () => void;
}

/** Records each security event in the collection, which Admins read, and as a line of the log. */
export function createAudit({ entries, logger, onDropped = () => {} }: AuditDeps) {
  const queue = createAuditQueue({ write: entries.addMissing, logger, onDropped });

  // An operator who wants fewer lines still needs these; `silent` alone means none.
  const lines = logger.child({}, { level: 'info' });

  function log({ action, outcome, requestId, createdAt: _, ...who }: AuditEntry): void {
    if (logger.level === 'silent') return;
    lines.info(
      { event: 'audit', action, outcome, ...who, ...(requestId && { req: { id: requestId } }) },
      'audit',
    );
  }

  return {
    /**
     * Writes the event in the transaction of what it records, and logs it after the commit. An event without a
     * transaction, such as a failed log-in, is logged at once and written soon after, so that no request waits.
     */
    async record(event: AuditEvent, session?: ClientSession): Promise<void> {
      const entry = toEntry(event);
      if (session) {
        await entries.add(entry, session);
        return afterCommit(session, () => log(entry));
      }
      log(entry);
      queue.add(withId(entry));
    },

    close: queue.close,
  };
}
