import { oneKey } from '../../../src/keys/key-ring';
import { createCursors } from '../../../src/lists/cursor';
import { planList } from '../../../src/lists/list-plan';
import { matching, userTable, type UserFilters } from '../../../src/users/user-lists';
import { createUserRepository } from '../../../src/users/user-repository';
import { expectIndexed, listCases, pickFilters } from '../../support/explain';
import { newPerson } from '../../support/factories';
import { useMongo } from '../../support/use-api';

const cursors = createCursors(oneKey('a secret of the server, at least 32 bytes'));
const mongo = useMongo();

beforeAll(async () => {
  const users = createUserRepository(mongo.connection);
  await users.prepare();
  for (let index = 0; index < 30; index++) {
    await users.create({ ...newPerson(), passwordHash: 'x', role: index % 10 ? 'worker' : 'Admin' });
  }
});

const values: Required<UserFilters> = {
  role: 'worker',
  disabled: false,
  q: ['ada'],
  createdFrom: new Date(1e12),
  createdBefore: new Date(4e12),
};

describe('a list of users', () => {
  it.each(listCases(userTable))(
    'answers $names by $sort from an index, in its order',
    async ({ names, sort }) => {
      const filters: UserFilters = pickFilters(values, names);
      const plan = planList(userTable, { filters, sort, limit: 5, count: false }, cursors);
      const explained: unknown = await mongo.connection
        .collection('users')
        .find({ $and: matching(filters) })
        .sort(plan.order)
        .limit(6)
        .explain('queryPlanner');
      expectIndexed(explained);
    },
  );
});
