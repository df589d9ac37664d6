import { Schema } from 'mongoose';
import type { Connection, InferSchemaType } from 'mongoose';

const noticeSchema = new Schema(
  {
    _id: { type: String, required: true },
    /** The notice holds until then. */
    until: { type: Date, required: true },
    /** Of the one about the cache, which holds for ever: until when it is off. */
    cacheOffUntil: { type: Date },
    /** When it was last changed, by MongoDB's own clock. */
    changedAt: { type: Date, required: true },
  },
  { collection: 'notices', versionKey: false, strictQuery: 'throw' },
);
noticeSchema.index({ changedAt: 1 });
noticeSchema.index({ until: 1 }, { expireAfterSeconds: 0 });

export type Notice = InferSchemaType<typeof noticeSchema>;
export const noticeModel = (connection: Connection) => connection.model('Notice', noticeSchema);
