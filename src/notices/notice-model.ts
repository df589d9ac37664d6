import { Schema } from 'mongoose';
import type { Connection, InferSchemaType } from 'mongoose';

const noticeSchema = new Schema(
  {
    _id: { type: String, required: true },
    /** The notice holds until then. */
    until: { type: Date, required: true },
    /** The notice about the cache, which holds for ever: until when the cache is off. */
    cacheOffUntil: { type: Date },
    /** When it was last changed, by MongoDB's own clock. */
    changedAt: { type: Date, required: true },
    /** Written in a transaction whose end nobody has announced yet: `changedAt` may be long before it was visible. */
    pending: { type: Boolean },
  },
  { collection: 'notices', versionKey: false, strictQuery: 'throw' },
);
noticeSchema.index({ changedAt: 1 });
noticeSchema.index({ until: 1 }, { expireAfterSeconds: 0 });
noticeSchema.index({ pending: 1 }, { partialFilterExpression: { pending: true } });

export type Notice = InferSchemaType<typeof noticeSchema>;
export const noticeModel = (connection: Connection) => connection.model('Notice', noticeSchema);
