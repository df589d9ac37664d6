import { Schema, Types } from 'mongoose';
import type { Connection } from 'mongoose';

export interface SessionRecord {
  _id: Types.ObjectId;
  userId: Types.ObjectId;
  /** What its refresh tokens name instead of `_id`. It is random and never shown. */
  family: string;
  /** The user's `authVersion` at the log-in; a session of a lower one has ended. */
  authVersion: number;
  /** Digest of the refresh token that is replaced when it is sent. */
  currentHash: string;
  /** Digest of the one before, and the key and time of its replacement. */
  previousHash: string | null;
  keyId: string | null;
  rotatedAt: Date | null;
  /** `User-Agent` of the last log-in or renewal. */
  device: string;
  /** Network of the last log-in or renewal. */
  network: string;
  createdAt: Date;
  /** Last log-in or renewal. */
  lastUsedAt: Date;
  /** The session ends at the earlier of the two; only a renewal moves the first. */
  idleUntil: Date;
  until: Date;
}

const sessionSchema = new Schema<SessionRecord>(
  {
    userId: { type: Schema.Types.ObjectId, required: true },
    family: { type: String, required: true },
    authVersion: { type: Number, required: true },
    currentHash: { type: String, required: true },
    previousHash: { type: String, default: null },
    keyId: { type: String, default: null },
    rotatedAt: { type: Date, default: null },
    device: { type: String, default: '' },
    network: { type: String, required: true },
    createdAt: { type: Date, required: true },
    lastUsedAt: { type: Date, required: true },
    idleUntil: { type: Date, required: true },
    until: { type: Date, required: true },
  },
  { collection: 'sessions', versionKey: false, strictQuery: 'throw' },
);
sessionSchema.index({ family: 1 }, { unique: true });
sessionSchema.index({ userId: 1, lastUsedAt: -1 });
sessionSchema.index({ idleUntil: 1 }, { expireAfterSeconds: 0 });
sessionSchema.index({ until: 1 }, { expireAfterSeconds: 0 });

export const sessionModel = (connection: Connection) => connection.model('Session', sessionSchema);
