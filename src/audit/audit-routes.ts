import { z } from 'zod';
import { listQuery, pageReply, toListQuery } from '../http/routing/pagination';
import { defineRoute, type Route } from '../http/routing/route';
import { dateOrTime, objectId } from '../schemas/values';
import { ACTIONS, OUTCOMES } from './audit-event';
import { auditTable } from './audit-lists';
import { AUDIT_DAYS } from './audit-model';
import { auditEntryPartSchema, auditEntrySchema } from './audit-schemas';
import type { AuditService } from './audit-service';

/** Query of `GET /audit`; audit-lists.ts lists the supported combinations. */
export const auditListQuery = listQuery({
  table: auditTable,
  fields: Object.keys(auditEntrySchema.shape),
  filters: {
    action: z.enum(ACTIONS).optional().meta({ description: 'With this action.' }),
    outcome: z.enum(OUTCOMES).optional().meta({ description: 'With this outcome.' }),
    actor: objectId.optional().meta({ description: 'Done by this user.' }),
    target: objectId.optional().meta({ description: 'Done to this user.' }),
    createdFrom: dateOrTime.optional().meta({ description: 'Recorded at or after this time.' }),
    createdBefore: dateOrTime.optional().meta({ description: 'Recorded before this time.' }),
  },
  scope: {},
});

export const auditRoutes = (audit: AuditService): Route[] => [
  defineRoute({
    id: 'listAudit',
    tag: 'Audit',
    method: 'get',
    path: '/audit',
    summary: 'List security events, newest first',
    description:
      `Log-ins, failed ones too, and what was done to accounts in the last ${AUDIT_DAYS} days. ` +
      'An event is recorded in the transaction of what was done; a failed log-in can appear a moment later. ' +
      'Passwords, tokens and the names of failed log-ins are not recorded.',
    access: 'Admin',
    sessionOnly: true,
    uncached: true,
    query: auditListQuery,
    responses: {
      200: {
        description: 'A page of events',
        body: z.array(z.union([auditEntrySchema, auditEntryPartSchema])).max(100),
        headers: ['ETag', 'Link', 'X-Cache', 'X-Total-Count'],
      },
    },
    handler: async ({ query, url }) =>
      pageReply(await audit.list(toListQuery(query)), { path: '/audit', query, url }),
  }),
];
