import { Schema, Types } from 'mongoose';
import type { Connection } from 'mongoose';
import { STATUSES, type Status } from './task-status';

export interface TaskRecord {
  _id: Types.ObjectId;
  title: string;
  description: string;
  status: Status;
  assignedTo: Types.ObjectId | null;
  deadline: Date | null;
  createdAt: Date;
  updatedAt: Date;
}

const taskSchema = new Schema<TaskRecord>(
  {
    title: { type: String, required: true },
    description: { type: String, default: '' },
    status: { type: String, enum: STATUSES, required: true },
    assignedTo: { type: Schema.Types.ObjectId, default: null },
    deadline: { type: Date, default: null },
  },
  { collection: 'tasks', timestamps: true, versionKey: false, strictQuery: 'throw' },
);
taskSchema.index({ createdAt: -1, _id: -1 });
taskSchema.index({ assignedTo: 1, createdAt: -1, _id: -1 });

export const taskModel = (connection: Connection) => connection.model('Task', taskSchema);
