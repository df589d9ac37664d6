import { isDeepStrictEqual } from 'node:util';
import type { ClientSession, Connection } from 'mongoose';
import { allOf, atVersion, madeAt, toObjectId, type Made } from '../infra/mongo/mongo';
import { afterCursor, COUNT_LIMIT } from '../infra/mongo/page';
import { toPage, type ListPage, type ListPlan } from '../lists/list-plan';
import { newest } from '../lists/list-table';
import type { Precondition } from '../lib/version-tag';
import { matching, type Owner, type TaskFilters } from './task-lists';
import { IF_MISSING, taskModel, type TaskRecord } from './task-model';
import { rankOf, type Priority, type Status } from './task-status';
import { searchWordsOf } from '../lists/search-words';

export type TaskRepository = ReturnType<typeof createTaskRepository>;
export type { TaskRecord };

/** Fields that a client may set; `assignedTo` is an id, or null to unassign the task. */
export interface TaskFields {
  title: string;
  description: string;
  status: Status;
  priority: Priority;
  labels: string[];
  position: number;
  assignedTo: string | null;
  deadline: Date | null;
}

export type NewTask = Omit<TaskFields, 'description' | 'assignedTo' | 'deadline'> & Partial<TaskFields>;

/** Condition of a change, checked by MongoDB in the same step. */
export interface ChangeCondition {
  statusIn?: Status[];
  /** Fields that must already have these values. A missing field has the value that answers show. */
  unchanged?: Partial<TaskFields>;
  precondition?: Precondition;
}

export type ListedTask = Omit<TaskRecord, 'words'>;

export interface Change {
  before: TaskRecord;
  after: TaskRecord;
}

/** Tries of a change of words that other changes keep overtaking. */
const WORD_TRIES = 20;
const WORDS_OF_TASK = 300;

const toStored = ({ assignedTo, priority, ...rest }: Partial<TaskFields>) => ({
  ...rest,
  ...(priority !== undefined && { priority: rankOf(priority) }),
  ...(assignedTo !== undefined && { assignedTo: assignedTo === null ? null : toObjectId(assignedTo) }),
});

/** Filters for records whose fields have these values; one that lacks a field is shown with its default. */
export const unchangedFilters = (fields: Partial<TaskFields>): object[] =>
  Object.entries(toStored(fields)).map(([name, value]) => {
    const isDefault = isDeepStrictEqual(value, (IF_MISSING as Record<string, unknown>)[name]);
    return isDefault ? { $or: [{ [name]: value }, { [name]: { $exists: false } }] } : { [name]: value };
  });

const searched = ({ title = '', description = '' }: { title?: string; description?: string }) =>
  searchWordsOf(`${title} ${description}`, WORDS_OF_TASK);

export function createTaskRepository(connection: Connection) {
  const Tasks = taskModel(connection);
  const assignedTo = (userId: string) => ({ assignedTo: toObjectId(userId) });

  async function changeOnce(
    id: string,
    fields: Partial<TaskFields> & { words?: string[] },
    { statusIn, unchanged = {}, precondition }: ChangeCondition,
    version?: number,
  ): Promise<Change | null> {
    const conditions = [
      ...unchangedFilters(unchanged),
      ...(statusIn ? [{ status: { $in: statusIn } }] : []),
      ...atVersion(precondition),
      ...(version === undefined ? [] : atVersion({ versions: [version] })),
    ];
    const set = { ...toStored(fields), updatedAt: new Date() };
    const before = await Tasks.findOneAndUpdate(
      allOf({ _id: toObjectId(id) }, ...conditions),
      { $set: set, $inc: { version: 1 } },
      { returnDocument: 'before', timestamps: false },
    ).lean();
    // The step was atomic, so the result follows from `before` without a second read.
    return before && { before, after: { ...before, ...set, version: (before.version ?? 0) + 1 } };
  }

  return {
    create: async (fields: NewTask, session?: ClientSession): Promise<TaskRecord> => {
      const [task] = await Tasks.create([{ ...toStored(fields), words: searched(fields) }], { session });
      return task!.toObject();
    },

    /** Adds the tasks whose ids do not exist yet, for the seed command. @returns how many were added */
    async addMissing(tasks: (NewTask & Made)[]): Promise<number> {
      const there = await Tasks.find(
        { _id: { $in: tasks.map(({ id }) => toObjectId(id)) } },
        { _id: 1 },
      ).lean();
      const known = new Set(there.map(({ _id }) => String(_id)));
      const missing = tasks.filter(({ id }) => !known.has(id));
      const records = missing.map(({ id, at, ...fields }) => ({
        ...toStored(fields),
        words: searched(fields),
        ...madeAt(id, at),
      }));
      await Tasks.insertMany(records, { timestamps: false });
      return missing.length;
    },

    byId: (id: string): Promise<TaskRecord | null> => Tasks.findById(toObjectId(id)).lean(),

    async page(plan: ListPlan<TaskFilters>, owner: Owner): Promise<ListPage<ListedTask>> {
      const found = await Tasks.find(allOf(...matching(plan, owner), ...afterCursor(plan)), { words: 0 })
        .sort(plan.order)
        .limit(plan.limit + 1)
        .lean<ListedTask[]>();
      return toPage(plan, found);
    },

    /** Counts the tasks on all pages, up to COUNT_LIMIT. */
    count: (plan: ListPlan<TaskFilters>, owner: Owner): Promise<number> =>
      Tasks.countDocuments(allOf(...matching(plan, owner)), { limit: COUNT_LIMIT }),

    newestOf: (userId: string, limit: number): Promise<TaskRecord[]> =>
      Tasks.find(assignedTo(userId)).sort(newest).limit(limit).lean(),

    newestIdsOf: async (userId: string, limit: number): Promise<string[]> => {
      const tasks = await Tasks.find(assignedTo(userId), { _id: 1 }).sort(newest).limit(limit).lean();
      return tasks.map((task) => String(task._id));
    },

    /** Changes a task. Returns null if there is none or a condition does not hold. */
    async change(
      id: string,
      fields: Partial<TaskFields>,
      condition: ChangeCondition,
    ): Promise<Change | null> {
      const { title, description } = fields;
      if (title === undefined && description === undefined) return changeOnce(id, fields, condition);
      if (title !== undefined && description !== undefined) {
        return changeOnce(id, { ...fields, words: searched(fields) }, condition);
      }
      // The words derive from both fields. The missing one is read, and must not change meanwhile.
      for (let tries = 0; tries < WORD_TRIES; tries++) {
        const now = await Tasks.findById(toObjectId(id), { title: 1, description: 1, version: 1 }).lean();
        if (!now) return null;
        const words = searched({ title: title ?? now.title, description: description ?? now.description });
        const change = await changeOnce(id, { ...fields, words }, condition, now.version ?? 0);
        if (change) return change;
        const still = await Tasks.exists(
          allOf({ _id: now._id }, ...atVersion({ versions: [now.version ?? 0] })),
        );
        if (still) return null;
      }
      return null;
    },

    /** Returns the removed task; null if there is none or the precondition does not hold. */
    remove: (id: string, precondition?: Precondition): Promise<TaskRecord | null> =>
      Tasks.findOneAndDelete(allOf({ _id: toObjectId(id) }, ...atVersion(precondition))).lean(),

    async unassignAll(userId: string, session?: ClientSession): Promise<void> {
      const change = { $set: { assignedTo: null }, $inc: { version: 1 } };
      await Tasks.updateMany(assignedTo(userId), change, { session });
    },

    prepare: () => Tasks.createIndexes(),
  };
}
