import type { ClientSession, Connection } from 'mongoose';
import { toObjectId } from '../infra/mongo';
import { afterCursor } from '../infra/mongo-page';
import type { PageRequest } from '../page';
import { taskModel, type TaskRecord } from './task-model';
import type { Status } from './task-status';

export type TaskRepository = ReturnType<typeof createTaskRepository>;
export type { TaskRecord };

/** What a client may set; `assignedTo` is an id, null takes the task from its assignee. */
export interface TaskFields {
  title: string;
  description: string;
  status: Status;
  assignedTo: string | null;
  deadline: Date | null;
}

/** What must hold for a change to be made, judged by MongoDB in the same step. */
export interface ChangeCondition {
  statusIn?: Status[];
  /** Fields with the value that they must have already. */
  unchanged?: Partial<TaskFields>;
}

export interface Change {
  before: TaskRecord;
  after: TaskRecord;
}

const toStored = ({ assignedTo, ...rest }: Partial<TaskFields>) => ({
  ...rest,
  ...(assignedTo !== undefined && { assignedTo: assignedTo === null ? null : toObjectId(assignedTo) }),
});

export function createTaskRepository(connection: Connection) {
  const Tasks = taskModel(connection);
  const assignedTo = (userId: string) => ({ assignedTo: toObjectId(userId) });
  const newestFirst = { createdAt: -1, _id: -1 } as const;

  return {
    create: async (fields: Partial<TaskFields> & { title: string; status: Status }): Promise<TaskRecord> =>
      (await Tasks.create(toStored(fields))).toObject(),

    byId: (id: string): Promise<TaskRecord | null> => Tasks.findById(toObjectId(id)).lean(),

    /** Newest first; of one assignee where a user is named. */
    page: ({ limit, after }: PageRequest, userId?: string): Promise<TaskRecord[]> =>
      Tasks.find({ ...(userId && assignedTo(userId)), ...afterCursor(after) })
        .sort(newestFirst)
        .limit(limit)
        .lean(),

    newestIdsOf: async (userId: string, limit: number): Promise<string[]> => {
      const tasks = await Tasks.find(assignedTo(userId), { _id: 1 }).sort(newestFirst).limit(limit).lean();
      return tasks.map((task) => String(task._id));
    },

    /** Null where there is no such task or a condition doesn't hold. */
    async change(
      id: string,
      fields: Partial<TaskFields>,
      condition: ChangeCondition,
    ): Promise<Change | null> {
      const { statusIn, unchanged = {} } = condition;
      const filter = { ...toStored(unchanged), ...(statusIn && { status: { $in: statusIn } }) };
      const set = { ...toStored(fields), updatedAt: new Date() };
      const before = await Tasks.findOneAndUpdate(
        { _id: toObjectId(id), ...filter },
        { $set: set },
        { returnDocument: 'before', timestamps: false },
      ).lean();
      // The step was atomic, so what it made of `before` is known without a second look.
      return before && { before, after: { ...before, ...set } };
    },

    remove: (id: string): Promise<TaskRecord | null> =>
      Tasks.findOneAndDelete({ _id: toObjectId(id) }).lean(),

    async unassignAll(userId: string, session: ClientSession): Promise<void> {
      await Tasks.updateMany(assignedTo(userId), { $set: { assignedTo: null } }, { session });
    },

    prepare: () => Tasks.createIndexes(),
  };
}
