import { Schema } from 'mongoose';
import type { Connection, InferSchemaType } from 'mongoose';

const noticeSchema = new Schema(
  {
    _id: { type: String, required: true },
    /** The notice holds until then. */
    until: { type: Date, required: true },
    /** When it was last changed, by MongoDB's own clock. */
    changedAt: { type: Date, required: true },
  },
  { collection: 'notices', versionKey: false, strictQuery: 'throw' },
);
noticeSchema.index({ changedAt: 1 });
noticeSchema.index({ until: 1 }, { expireAfterSeconds: 0 });

export type Notice = InferSchemaType<typeof noticeSchema>;
export const noticeModel = (connection: Connection) => connection.model('Notice', noticeSchema);
