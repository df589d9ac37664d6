import { Types, type ClientSession, type Connection } from 'mongoose';
import { allOf } from '../infra/mongo/mongo';
import { afterCursor, COUNT_LIMIT } from '../infra/mongo/page';
import { toPage, type ListPage, type ListPlan } from '../lists/list-plan';
import type { AuditEntry } from './audit-event';
import { matching, type AuditFilters } from './audit-lists';
import { auditModel, type AuditRecord } from './audit-model';

export type AuditRepository = ReturnType<typeof createAuditRepository>;

/** An entry with an id, so that writing it again does nothing. */
export type MadeEntry = AuditEntry & { _id: Types.ObjectId };
export const withId = (entry: AuditEntry): MadeEntry => ({ _id: new Types.ObjectId(), ...entry });

/** Stores the audit. It only adds: nothing here changes or removes an entry. */
export function createAuditRepository(connection: Connection) {
  const Entries = auditModel(connection);

  return {
    async add(entry: AuditEntry, session: ClientSession): Promise<void> {
      await Entries.create([entry], { session });
    },

    /** Adds those that are not there yet: after a write of unknown outcome they can be sent again. */
    async addMissing(entries: MadeEntry[]): Promise<void> {
      const writes = entries.map(({ _id, ...entry }) => ({
        updateOne: { filter: { _id }, update: { $setOnInsert: entry }, upsert: true },
      }));
      await Entries.bulkWrite(writes, { ordered: false });
    },

    async page(plan: ListPlan<AuditFilters>): Promise<ListPage<AuditRecord>> {
      const found = await Entries.find(allOf(...matching(plan.filters), ...afterCursor(plan)))
        .sort(plan.order)
        .limit(plan.limit + 1)
        .lean<AuditRecord[]>();
      return toPage(plan, found);
    },

    count: (plan: ListPlan<AuditFilters>): Promise<number> =>
      Entries.countDocuments(allOf(...matching(plan.filters)), { limit: COUNT_LIMIT }),

    prepare: () => Entries.createIndexes(),
  };
}
