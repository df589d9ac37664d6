import { afterCursor } from '../../../src/infra/mongo/page';
import { oneKey } from '../../../src/keys/key-ring';
import { createCursors } from '../../../src/lists/cursor';
import { planList, toPage, type ListQuery } from '../../../src/lists/list-plan';
import { matching, taskTable, type Owner, type TaskFilters } from '../../../src/tasks/task-lists';
import { createTaskRepository, type TaskRecord } from '../../../src/tasks/task-repository';
import { expectIndexed, listCases, pickFilters } from '../../support/explain';
import { useMongo } from '../../support/use-api';

const cursors = createCursors(oneKey('a secret of the server, at least 32 bytes'));
const mongo = useMongo();
const worker = 'a'.repeat(24);

beforeAll(async () => {
  const tasks = createTaskRepository(mongo.connection);
  await tasks.prepare();
  const labels = ['garden'];
  for (let index = 0; index < 60; index++) {
    const task = {
      title: `Paint ${index}`,
      status: 'to Do',
      priority: 'normal',
      labels,
      position: index,
    } as const;
    await tasks.create({ ...task, assignedTo: index % 2 ? worker : null, deadline: new Date(1e12 + index) });
  }
});

const values: Required<TaskFilters> = {
  status: ['to Do'],
  label: 'garden',
  priority: 'normal',
  q: ['paint'],
  createdFrom: new Date(1e12),
  createdBefore: new Date(4e12),
  deadlineFrom: new Date(1e12),
  deadlineBefore: new Date(2e12),
  overdue: true,
};

const explained = async (plan: ReturnType<typeof planList<TaskFilters>>, owner: Owner) =>
  (await mongo.connection
    .collection('tasks')
    .find({ $and: [...matching(plan, owner), ...afterCursor(plan)] })
    .sort(plan.order)
    .limit(plan.limit + 1)
    .explain('executionStats')) as unknown;

/** Every row of the table with the least and with the most filters, in both directions, for both scopes. */
const cases = listCases(taskTable).flatMap((one) => [undefined, worker].map((owner) => ({ ...one, owner })));

describe('a list of tasks', () => {
  it.each(cases)(
    'answers $names by $sort of $owner from an index, in its order',
    async ({ sort, names, owner }) => {
      const filters: TaskFilters = pickFilters(values, names);
      const query: ListQuery<TaskFilters> = { filters, sort, limit: 5, count: false };
      const first = planList(taskTable, query, cursors);
      const found = await mongo.connection
        .collection<TaskRecord>('tasks')
        .find({ $and: matching(first, owner) })
        .sort(first.order)
        .limit(6)
        .toArray();
      const { next } = toPage(first, found);
      expect(next).not.toBe('');
      for (const plan of [first, planList(taskTable, { ...query, cursor: next }, cursors)]) {
        expectIndexed(await explained(plan, owner));
      }
    },
  );

  it('reads a late page by as few keys as the first', async () => {
    const query: ListQuery<TaskFilters> = { filters: {}, sort: '-createdAt', limit: 5, count: false };
    const first = planList(taskTable, query, cursors);
    const tasks = mongo.connection.collection<TaskRecord>('tasks');
    const before = await tasks.find({}).sort(first.order).skip(48).limit(6).toArray();
    const late = planList(taskTable, { ...query, cursor: toPage(first, before).next }, cursors);
    for (const plan of [first, late]) {
      const { executionStats } = (await explained(plan, undefined)) as {
        executionStats: { totalKeysExamined: number };
      };
      // A page and one more; tasks of the same moment are examined again.
      expect(executionStats.totalKeysExamined).toBeLessThanOrEqual(12);
    }
  });

  it('has an index for each row, and no further one', async () => {
    const indexes = await mongo.connection.collection('tasks').indexes();
    const expected = new Set(
      taskTable.rows.flatMap(({ index }) => [
        JSON.stringify(index),
        JSON.stringify({ assignedTo: 1, ...index }),
      ]),
    );
    const keys = indexes.map(({ key }) => JSON.stringify(key)).filter((key) => key !== '{"_id":1}');
    expect(new Set(keys)).toEqual(expected);
  });
});
