import { Schema, Types } from 'mongoose';
import type { Connection } from 'mongoose';

export const ACCESSES = ['read', 'write'] as const;

export interface ScriptTokenRecord {
  _id: Types.ObjectId;
  userId: Types.ObjectId;
  name: string;
  /** Digest of the token. */
  hash: string;
  lastFour: string;
  access: (typeof ACCESSES)[number];
  createdAt: Date;
  expiresAt: Date;
  lastUsedAt: Date | null;
}

const scriptTokenSchema = new Schema<ScriptTokenRecord>(
  {
    userId: { type: Schema.Types.ObjectId, required: true },
    name: { type: String, required: true },
    hash: { type: String, required: true },
    lastFour: { type: String, required: true },
    access: { type: String, enum: ACCESSES, required: true },
    createdAt: { type: Date, required: true },
    expiresAt: { type: Date, required: true },
    lastUsedAt: { type: Date, default: null },
  },
  { collection: 'scriptTokens', versionKey: false, strictQuery: 'throw' },
);
scriptTokenSchema.index({ hash: 1 }, { unique: true });
scriptTokenSchema.index({ userId: 1, createdAt: -1 });
scriptTokenSchema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });

export const scriptTokenModel = (connection: Connection) =>
  connection.model('ScriptToken', scriptTokenSchema);
