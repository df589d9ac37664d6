import { z } from 'zod';
import { network, objectId, ownExample, plainText, time } from '../schemas/values';
import { userSchema } from '../users/user-schemas';

const SESSION_ID = '3f9c2ab7e4d83f90a1b2c3d4';
const FAMILY = 'b07d5e81c2a94f6310de88f5';
const REFRESH_TOKEN = `tfr_${FAMILY}_q2bKx0m3vJ8yQd4sT1wZr7uN5cF9hLpG6aXeViBoYtE`;
const EXPIRES_AT = '2026-11-22T10:30:00.000Z';

/** An access token and when it expires. */
export const accessTokenFields = {
  token: z
    .string()
    .max(1_000)
    .regex(/^[\w-]+\.[\w-]+\.[\w-]+$/)
    .meta({ description: 'For `Authorization: Bearer TOKEN`, until it expires.' }),
  expiresAt: time.meta({ description: 'When `token` expires. Renew it before.', example: EXPIRES_AT }),
};
export const ACCESS_TOKEN_EXAMPLE = {
  token: 'eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoid29ya2VyIn0.c2lnbmF0dXJl',
  expiresAt: EXPIRES_AT,
};

/** What a sign-up, a log-in and a renewal answer. */
export const grantSchema = z
  .strictObject({
    ...accessTokenFields,
    refreshToken: z
      .string()
      .max(72)
      .regex(/^tfr_[0-9a-f]{24}_[\w-]{43}$/)
      .meta({ description: 'For `POST /users/token`, which replaces it. Keep it secret.' }),
    user: userSchema,
  })
  .meta({
    id: 'Session',
    example: { ...ACCESS_TOKEN_EXAMPLE, refreshToken: REFRESH_TOKEN, user: ownExample(userSchema) },
  });

export const renewalSchema = z
  .strictObject({ refreshToken: z.string().min(1).max(200).meta({ pattern: '^tfr_' }) })
  .meta({ id: 'Renewal', example: { refreshToken: REFRESH_TOKEN } });

export const logOutSchema = z
  .strictObject({
    all: z.boolean().default(false).meta({ description: 'Ends all sessions and tokens of the user.' }),
  })
  .meta({ id: 'LogOut', example: { all: false } });

/** A session as its user sees it. */
export const sessionSchema = z
  .strictObject({
    _id: objectId,
    device: plainText(256).meta({ description: '`User-Agent` of the last log-in or renewal.' }),
    network: network.meta({
      description: 'IPv4 address, or /64 of the IPv6 address, of the last log-in or renewal.',
    }),
    createdAt: time,
    lastUsedAt: time.meta({ description: 'The last log-in or renewal.' }),
    expiresAt: time.meta({ description: 'When the session ends if it is not renewed.' }),
    isCurrent: z.boolean().meta({ description: 'Whether it is the session of this request.' }),
  })
  .meta({
    id: 'ActiveSession',
    example: {
      _id: SESSION_ID,
      device: 'Mozilla/5.0 (X11; Linux x86_64; rv:146.0) Gecko/20100101 Firefox/146.0',
      network: '203.0.113.7',
      createdAt: '2026-11-22T09:30:00.000Z',
      lastUsedAt: '2026-11-22T09:30:00.000Z',
      expiresAt: '2026-12-22T09:30:00.000Z',
      isCurrent: true,
    },
  });

export const sessionParams = z.strictObject({
  id: objectId.meta({ description: 'The `_id` of a session.' }),
});
