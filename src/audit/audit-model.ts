import { Schema, type Types } from 'mongoose';
import type { Connection } from 'mongoose';
import type { AuditEntry } from './audit-event';
import { auditTable } from './audit-lists';

export interface AuditRecord extends AuditEntry {
  _id: Types.ObjectId;
}

/** Longer than a year, so that an event can be compared with that of the year before. */
export const AUDIT_DAYS = 400;

const auditSchema = new Schema<AuditEntry>(
  {
    action: { type: String, required: true },
    outcome: { type: String, required: true },
    actor: { type: String },
    sessionId: { type: String },
    scriptTokenId: { type: String },
    target: { type: String },
    detail: { type: String },
    network: { type: String },
    requestId: { type: String },
    createdAt: { type: Date, required: true },
  },
  { collection: 'audit', versionKey: false, strictQuery: 'throw' },
);
for (const { index } of auditTable.rows) auditSchema.index(index);
auditSchema.index({ createdAt: 1 }, { expireAfterSeconds: AUDIT_DAYS * 86_400 });

export const auditModel = (connection: Connection) => connection.model('Audit', auditSchema);
