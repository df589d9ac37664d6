import { auditTable, matching, type AuditFilters } from '../../../src/audit/audit-lists';
import { toEntry } from '../../../src/audit/audit-event';
import { createAuditRepository, withId } from '../../../src/audit/audit-repository';
import { oneKey } from '../../../src/keys/key-ring';
import { createCursors } from '../../../src/lists/cursor';
import { planList } from '../../../src/lists/list-plan';
import { expectIndexed, listCases, pickFilters } from '../../support/explain';
import { useMongo } from '../../support/use-api';

const USER = '665f1c2ab7e4d83f90a1b2c3';
const cursors = createCursors(oneKey('a secret of the server, at least 32 bytes'));
const mongo = useMongo();

beforeAll(async () => {
  const entries = createAuditRepository(mongo.connection);
  await entries.prepare();
  const origin = { user: { id: USER, role: 'Admin' as const } };
  const events = Array.from({ length: 30 }, () => toEntry({ action: 'log-in', origin, target: USER }));
  await entries.addMissing(events.map(withId));
});

const values: Required<AuditFilters> = {
  action: 'log-in',
  outcome: 'done',
  actor: USER,
  target: USER,
  createdFrom: new Date(1e12),
  createdBefore: new Date(4e12),
};

describe('a list of the audit', () => {
  it.each(listCases(auditTable))(
    'answers $names by $sort from an index, in its order',
    async ({ names, sort }) => {
      const filters: AuditFilters = pickFilters(values, names);
      const plan = planList(auditTable, { filters, sort, limit: 5, count: false }, cursors);
      const explained: unknown = await mongo.connection
        .collection('audit')
        .find({ $and: matching(filters) })
        .sort(plan.order)
        .limit(6)
        .explain('queryPlanner');
      expectIndexed(explained);
    },
  );
});
