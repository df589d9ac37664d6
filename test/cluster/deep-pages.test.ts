import { Types } from 'mongoose';
import { afterCursor } from '../../src/infra/mongo/page';
import { createCursors } from '../../src/lists/cursor';
import { planList, toPage } from '../../src/lists/list-plan';
import { matching, taskTable } from '../../src/tasks/task-lists';
import { createTaskRepository, type TaskRecord } from '../../src/tasks/task-repository';
import { useMongo } from '../support/use-api';
import { stagesOf } from '../support/explain';

const TASKS = 100_000;
const BATCH = 5_000;
const LIMIT = 20;
const query = { filters: {}, sort: '-createdAt', limit: LIMIT, count: false };

const cursors = createCursors('a secret of the server, at least 32 bytes');
const mongo = useMongo();

const taskAt = (index: number) => {
  const createdAt = new Date(1e12 + Math.floor(index / 3));
  const fields = { title: `Task ${index}`, description: '', labels: [], words: ['task'], assignedTo: null };
  const state = { status: 'to Do', priority: 1, position: index, deadline: null, version: 1 } as const;
  return { _id: new Types.ObjectId(), ...fields, ...state, createdAt, updatedAt: createdAt } as TaskRecord;
};

beforeAll(async () => {
  const collection = mongo.connection.collection<TaskRecord>('tasks');
  for (let from = 0; from < TASKS; from += BATCH) {
    await collection.insertMany(
      Array.from({ length: BATCH }, (_, index) => taskAt(from + index)),
      { ordered: false },
    );
  }
  await createTaskRepository(mongo.connection).prepare();
}, 240_000);

async function explain(cursor?: string) {
  const plan = planList(taskTable, { ...query, cursor }, cursors);
  const explained = (await mongo.connection
    .collection('tasks')
    .find({ $and: [...matching(plan, undefined), ...afterCursor(plan)] })
    .sort(plan.order)
    .limit(plan.limit + 1)
    .explain('executionStats')) as { executionStats: { totalKeysExamined: number } };
  return { stages: stagesOf(explained), keys: explained.executionStats.totalKeysExamined };
}

describe('a long list', () => {
  it(`finds page 500 of ${TASKS} tasks by the same plan as page 1`, async () => {
    const plan = planList(taskTable, query, cursors);
    const before = await mongo.connection
      .collection<TaskRecord>('tasks')
      .find({})
      .sort(plan.order)
      .skip(498 * LIMIT)
      .limit(LIMIT + 1)
      .toArray();
    const { next } = toPage(plan, before);
    const [first, deep] = [await explain(), await explain(next)];
    console.log(
      `keys examined: page 1 ${first.keys}, page 500 ${deep.keys}; plan ${deep.stages.join(' ← ')}`,
    );
    expect(first.stages).toEqual(['LIMIT', 'FETCH', 'IXSCAN']);
    expect(deep.stages).toEqual(first.stages);
    expect(first.keys).toBeLessThanOrEqual(LIMIT + 1);
    // Entries with the time of the last entry of the page before are examined again.
    expect(deep.keys).toBeLessThanOrEqual(LIMIT + 1 + 3);
  }, 120_000);
});
