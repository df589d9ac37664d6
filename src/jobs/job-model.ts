import { Schema, Types } from 'mongoose';
import type { Connection } from 'mongoose';

export const JOB_STATUSES = ['queued', 'running', 'done', 'failed'] as const;
export type JobStatus = (typeof JOB_STATUSES)[number];

export interface JobRecord {
  _id: Types.ObjectId;
  type: string;
  payload: Record<string, string>;
  requestedBy: Types.ObjectId;
  /** Of the request that asked for it: for the log, and shown to nobody. */
  requestId?: string;
  status: JobStatus;
  /** How often it was begun. */
  attempts: number;
  result: Record<string, unknown> | null;
  error: string | null;
  createdAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
  /** The outbox: from when on the relay publishes the job, again where nobody took it; null once it ended. */
  publishAt: Date | null;
  /** It has its user's turn: from when the relay publishes it until the attempt has ended. Absent otherwise. */
  hasTurn?: boolean;
  /** Who runs it, as long as the lease holds; renewed while it runs. */
  claim: string | null;
  /** Ended jobs are removed then. */
  expiresAt: Date | null;
  /** When an Admin put a failed job aside. */
  discardedAt?: Date | null;
}

const jobSchema = new Schema<JobRecord>(
  {
    type: { type: String, required: true },
    payload: { type: Schema.Types.Mixed, required: true },
    requestedBy: { type: Schema.Types.ObjectId, required: true },
    requestId: String,
    status: { type: String, enum: JOB_STATUSES, default: 'queued' },
    attempts: { type: Number, default: 0 },
    result: { type: Schema.Types.Mixed, default: null },
    error: { type: String, default: null },
    createdAt: { type: Date, required: true },
    startedAt: { type: Date, default: null },
    finishedAt: { type: Date, default: null },
    publishAt: { type: Date, default: null },
    hasTurn: { type: Boolean },
    claim: { type: String, default: null },
    expiresAt: { type: Date, default: null },
    discardedAt: { type: Date },
  },
  { collection: 'jobs', versionKey: false, strictQuery: 'throw', minimize: false },
);
jobSchema.index({ publishAt: 1 });
// For the relay: whose turn it is.
jobSchema.index({ hasTurn: 1 }, { sparse: true });
// For the live page: what waits, runs, failed, and what ended last.
jobSchema.index({ status: 1, finishedAt: -1 });
// For the metrics: since when the oldest waits.
jobSchema.index({ status: 1, createdAt: 1 });
jobSchema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });

export const jobModel = (connection: Connection) => connection.model('Job', jobSchema);
