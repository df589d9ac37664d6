import { Schema } from 'mongoose';
import type { Connection, InferSchemaType } from 'mongoose';

const noticeSchema = new Schema(
  {
    _id: { type: String, required: true },
    /** End of the notice's effect. */
    until: { type: Date, required: true },
    /** Tokens with a lower `authVersion` are refused; unset: all of those that the notice is about. */
    least: { type: Number },
    /** Until when the cache is off; only in the one notice about the cache, which never expires. */
    cacheOffUntil: { type: Date },
    /** Last change, by MongoDB's clock. */
    changedAt: { type: Date, required: true },
    /** Set until the poster announces the end of its transaction: `changedAt` may precede visibility by far. */
    pending: { type: Boolean },
  },
  { collection: 'notices', versionKey: false, strictQuery: 'throw' },
);
noticeSchema.index({ changedAt: 1 });
noticeSchema.index({ until: 1 }, { expireAfterSeconds: 0 });
noticeSchema.index({ pending: 1 }, { partialFilterExpression: { pending: true } });

export type Notice = InferSchemaType<typeof noticeSchema>;
export const noticeModel = (connection: Connection) => connection.model('Notice', noticeSchema);
