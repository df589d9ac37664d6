import { Schema, Types } from 'mongoose';
import type { Connection } from 'mongoose';
import { taskTable } from './task-lists';
import { rankOf, STATUSES, type Status } from './task-status';

export interface TaskRecord {
  _id: Types.ObjectId;
  title: string;
  description: string;
  status: Status;
  /** Rank of the priority. */
  priority: number;
  labels: string[];
  /** Position among other tasks, set by clients. */
  position: number;
  assignedTo: Types.ObjectId | null;
  deadline: Date | null;
  /** Search words of title and description. */
  words: string[];
  /** Incremented with each change. */
  version: number;
  createdAt: Date;
  updatedAt: Date;
}

/** What a field means that a record lacks because it is older than the field. */
export const IF_MISSING = {
  description: '',
  priority: rankOf('normal'),
  labels: [] as string[],
  position: 0,
  assignedTo: null,
  deadline: null,
} satisfies Partial<TaskRecord>;

const taskSchema = new Schema<TaskRecord>(
  {
    title: { type: String, required: true },
    description: { type: String, default: '' },
    status: { type: String, enum: STATUSES, required: true },
    priority: { type: Number, required: true },
    labels: { type: [String], default: [] },
    position: { type: Number, required: true },
    assignedTo: { type: Schema.Types.ObjectId, default: null },
    deadline: { type: Date, default: null },
    words: { type: [String], default: [] },
    version: { type: Number, default: 1 },
  },
  { collection: 'tasks', timestamps: true, versionKey: false, strictQuery: 'throw' },
);
const indexes = new Map(taskTable.rows.map(({ index }) => [JSON.stringify(index), index]));
for (const index of indexes.values()) {
  taskSchema.index(index);
  taskSchema.index({ assignedTo: 1, ...index });
}

export const taskModel = (connection: Connection) => connection.model('Task', taskSchema);
