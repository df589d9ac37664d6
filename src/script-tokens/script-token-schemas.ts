import { z } from 'zod';
import { dateOrTime, objectId, ownExample, plainText, time } from '../schemas/values';
import { text } from '../schemas/text';
import { ACCESSES } from './script-token-model';

const accessSchema = z.enum(ACCESSES).meta({ id: 'ScriptTokenAccess' });

export const newScriptTokenSchema = z
  .strictObject({
    name: text(1, 100),
    access: accessSchema.meta({ description: '`read` allows only GET and HEAD.' }),
    expiresAt: dateOrTime.meta({ description: 'At most a year from now.' }),
  })
  .meta({
    id: 'NewScriptToken',
    example: { name: 'Nightly export', access: 'read', expiresAt: '2027-01-31' },
  });

export const scriptTokenSchema = z
  .strictObject({
    _id: objectId,
    name: plainText(100),
    access: accessSchema,
    lastFour: z
      .string()
      .max(4)
      .regex(/^[0-9A-Za-z]{4}$/)
      .meta({ description: 'The end of the token, by which its owner knows it.' }),
    createdAt: time,
    expiresAt: time,
    lastUsedAt: time.nullable().meta({ description: 'Noted at most once a minute.' }),
  })
  .meta({
    id: 'ScriptToken',
    example: {
      _id: '665f1c2ab7e4d83f90a1b2c8',
      name: 'Nightly export',
      access: 'read',
      lastFour: '4xQz',
      createdAt: '2026-11-22T09:30:00.000Z',
      expiresAt: '2027-01-31T00:00:00.000Z',
      lastUsedAt: null,
    },
  });

export const madeScriptTokenSchema = scriptTokenSchema
  .extend({
    token: z
      .string()
      .max(40)
      .regex(/^tft_[0-9A-Za-z]{36}$/)
      .meta({ description: 'For `Authorization: Bearer TOKEN`. It is shown only here.' }),
  })
  .meta({
    id: 'MadeScriptToken',
    example: {
      ...ownExample(scriptTokenSchema),
      token: 'tft_J2sV9qLr0XbT5nKe8YwCm3ZdHf6Pg11a4xQz',
    },
  });

export const scriptTokenParams = z.strictObject({
  id: objectId.meta({ description: 'The `_id` of the user.' }),
  scriptId: objectId.meta({ description: 'The `_id` of the token.' }),
});
