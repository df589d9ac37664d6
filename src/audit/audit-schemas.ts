import { z } from 'zod';
import { network, objectId, plainText, requestId, time } from '../schemas/values';
import { ACTIONS, OUTCOMES } from './audit-event';

export const auditEntrySchema = z
  .strictObject({
    _id: objectId,
    action: z
      .string()
      .max(40)
      .regex(/^[a-z-]+$/)
      .meta({ description: `What was done: ${ACTIONS.join(', ')}. There may be more later.` }),
    outcome: z.enum(OUTCOMES).meta({ id: 'AuditOutcome' }),
    actor: objectId
      .nullable()
      .meta({ description: 'Id of the user who did it; null for a failed log-in and for a command.' }),
    sessionId: objectId.nullable().meta({ description: 'The session in which it was done.' }),
    scriptTokenId: objectId.nullable().meta({ description: 'The script token with which it was done.' }),
    target: objectId.nullable().meta({ description: 'Id of the user to whom it happened.' }),
    detail: plainText(200).nullable().meta({ description: 'More about it, for people.' }),
    network: network
      .nullable()
      .meta({ description: 'IPv4 address, or /64 of the IPv6 address, of the client; null for a command.' }),
    requestId: requestId
      .nullable()
      .meta({ description: 'Finds the request in the log; null for a command.' }),
    createdAt: time,
  })
  .meta({
    id: 'AuditEntry',
    example: {
      _id: '665f1c2ab7e4d83f90a1b2c6',
      action: 'role-changed',
      outcome: 'done',
      actor: '665f1c2ab7e4d83f90a1b2c4',
      sessionId: '665f1c2ab7e4d83f90a1b2c7',
      scriptTokenId: null,
      target: '665f1c2ab7e4d83f90a1b2c3',
      detail: 'worker to Admin',
      network: '203.0.113.7',
      requestId: '5b0f1c2ab7e4d83f90a1b2c3d4e5f607',
      createdAt: '2026-11-22T09:30:00.000Z',
    },
  });

/** An entry with `fields=`: the given fields, and `_id`. */
export const auditEntryPartSchema = auditEntrySchema
  .partial()
  .required({ _id: true })
  .meta({ id: 'AuditEntryPart', example: undefined });
