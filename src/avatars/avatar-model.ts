import { Schema, Types } from 'mongoose';
import type { Connection } from 'mongoose';

/** One record per user: the last upload, and the avatar that is shown. */
export interface AvatarRecord {
  _id: Types.ObjectId;
  /** The newest upload: only its job may change what is shown. */
  upload: { digest: string; jobId: Types.ObjectId };
  current: { digest: string; jobId: Types.ObjectId; files: Record<string, Types.ObjectId> } | null;
  /** Size of the original of `upload` until its job has ended, and time of its removal if the job failed. */
  waiting?: { bytes: number; until: Date | null };
}

const avatarSchema = new Schema<AvatarRecord>(
  {
    upload: { type: Schema.Types.Mixed, required: true },
    current: { type: Schema.Types.Mixed, default: null },
    waiting: { bytes: Number, until: Date },
  },
  { collection: 'avatars', versionKey: false, strictQuery: 'throw' },
);
// For the sum over all users whose original is kept.
avatarSchema.index({ 'waiting.bytes': 1, 'waiting.until': 1 }, { sparse: true });

/**
 * The bytes as sent, by the id of their job; at most one per user. A record of its own, since GridFS has no
 * transactions.
 */
export interface OriginalRecord {
  _id: Types.ObjectId;
  userId: Types.ObjectId;
  bytes: Buffer;
  expiresAt: Date | null;
}

const originalSchema = new Schema<OriginalRecord>(
  {
    userId: { type: Schema.Types.ObjectId, required: true },
    bytes: { type: Buffer, required: true },
    expiresAt: { type: Date, default: null },
  },
  { collection: 'avatar_originals', versionKey: false, strictQuery: 'throw' },
);
originalSchema.index({ userId: 1 });
originalSchema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });

export const avatarModel = (connection: Connection) => connection.model('Avatar', avatarSchema);
export const originalModel = (connection: Connection) => connection.model('AvatarOriginal', originalSchema);
