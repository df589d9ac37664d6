import { Schema } from 'mongoose';
import type { Connection, InferSchemaType } from 'mongoose';

/** What a worker has another host do, and what came of it. */
const orderSchema = new Schema(
  {
    host: { type: String, required: true },
    /** Differs for two hosts of the same name; unset if any of them may take it. */
    place: { type: String },
    worker: { type: String, required: true },
    action: { type: String, enum: ['drain', 'resume'], required: true },
    state: { type: String, enum: ['sent', 'taken', 'withdrawn', 'done', 'refused'], required: true },
    /** Kind of problem of a refusal, and its text for people. */
    problem: { type: String },
    detail: { type: String },
  },
  { _id: false },
);

const noticeSchema = new Schema(
  {
    _id: { type: String, required: true },
    /** End of the notice's effect. */
    until: { type: Date, required: true },
    /** Tokens with a lower `authVersion` are refused; unset: all of those that the notice is about. */
    least: { type: Number },
    /** Until when the cache is off; only in the one notice about the cache, which never expires. */
    cacheOffUntil: { type: Date },
    /** Id of the reign of Redis that the cache uses; only in that notice, and unset by releases that do not know it. */
    redisReign: { type: String },
    /** Only in an order to another host. */
    order: { type: orderSchema },
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
export type Order = InferSchemaType<typeof orderSchema>;
export const noticeModel = (connection: Connection) => connection.model('Notice', noticeSchema);
