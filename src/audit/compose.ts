import type { Metrics } from '../infra/metrics';
import type { Cursors } from '../lists/cursor';
import type { Logger } from '../process/logger';
import { createAudit } from './audit';
import type { AuditRepository } from './audit-repository';
import { createAuditService } from './audit-service';

interface AuditDeps {
  metrics: Metrics;
  entries: AuditRepository;
  cursors: Cursors;
  logger: Logger;
}

/** Builds what records security events, and what lists them. */
export function composeAudit({ metrics, entries, cursors, logger }: AuditDeps) {
  const dropped = metrics.counter(
    'taskfleet_audit_dropped_total',
    'Security events that only the log has',
    [],
  )();
  const audit = createAudit({ entries, logger, onDropped: () => dropped() });
  return { audit, auditList: createAuditService(entries, cursors) };
}
