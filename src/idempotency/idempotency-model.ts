import { Schema } from 'mongoose';
import type { Connection } from 'mongoose';

export interface IdempotencyRecord {
  /** Digest of the sender and the key. */
  _id: string;
  /** Keyed digest of the request, which reveals no password in it to a reader of the database. */
  fingerprint: string;
  /** Id of the attempt that does the work until `leaseUntil`. */
  claim: string;
  leaseUntil: Date;
  /** Result as JSON, written in the transaction of the work; null until then. */
  result: string | null;
  expiresAt: Date;
}

const idempotencySchema = new Schema<IdempotencyRecord>(
  {
    _id: { type: String, required: true },
    fingerprint: { type: String, required: true },
    claim: { type: String, required: true },
    leaseUntil: { type: Date, required: true },
    result: { type: String, default: null },
    expiresAt: { type: Date, required: true },
  },
  { collection: 'idempotency_keys', versionKey: false, strictQuery: 'throw' },
);
idempotencySchema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });

export const idempotencyModel = (connection: Connection) =>
  connection.model('IdempotencyKey', idempotencySchema);
