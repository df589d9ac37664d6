import { Schema, Types } from 'mongoose';
import type { Connection } from 'mongoose';

export const JOB_STATUSES = ['queued', 'running', 'done', 'failed'] as const;
export type JobStatus = (typeof JOB_STATUSES)[number];

export interface JobRecord {
  _id: Types.ObjectId;
  type: string;
  payload: Record<string, string>;
  requestedBy: Types.ObjectId;
  /** Id of the request that created the job, for the log only. */
  requestId?: string;
  status: JobStatus;
  attempts: number;
  result: Record<string, unknown> | null;
  error: string | null;
  createdAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
  /** The outbox: when the relay publishes the job, or publishes it again if no worker took it; null once it ended. */
  publishAt: Date | null;
  /** Set from publishing until the attempt ends: the job has its user's turn. */
  hasTurn?: boolean;
  /** Token of the attempt that runs it, valid until its lease ends. */
  claim: string | null;
  /** When the document of an ended job is removed. */
  expiresAt: Date | null;
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
// The relay asks whose turn it is.
jobSchema.index({ hasTurn: 1 }, { sparse: true });
// The live page shows jobs by status, latest first.
jobSchema.index({ status: 1, finishedAt: -1 });
// The metrics show the age of the oldest waiting job.
jobSchema.index({ status: 1, createdAt: 1 });
jobSchema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });

export const jobModel = (connection: Connection) => connection.model('Job', jobSchema);
