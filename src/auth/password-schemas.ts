import { z } from 'zod';
import { ownExample, time } from '../schemas/values';
import { ACCESS_TOKEN_EXAMPLE, accessTokenFields } from '../sessions/session-schemas';
import { newPassword, sentPassword } from '../users/password';
import { userSchema } from '../users/user-schemas';

export const passwordChangeSchema = z.strictObject({ currentPassword: sentPassword, newPassword }).meta({
  id: 'PasswordChange',
  example: { currentPassword: 'correct horse', newPassword: 'battery staple' },
});

export const accessTokenSchema = z
  .strictObject(accessTokenFields)
  .meta({ id: 'AccessToken', example: ACCESS_TOKEN_EXAMPLE });

const RESET_TOKEN = 'tfp_665f1c2ab7e4d83f90a1b2c4_mi8f3k2a_q2bKx0m3vJ8yQd4sT1wZr7uN5cF9hLpG6aXeViBoYtE';

export const resetTokenSchema = z
  .strictObject({
    resetToken: z
      .string()
      .max(90)
      .regex(/^tfp_[0-9a-f]{24}_[0-9a-z]{8,9}_[\w-]{43}$/)
      .meta({ description: 'For `PUT /users/password`, once. It is shown only here.' }),
    expiresAt: time.meta({ description: 'An hour from now.' }),
    isNotified: z.boolean().meta({
      description: 'Whether the webhook of the installation has accepted the token; false without one.',
    }),
  })
  .meta({
    id: 'PasswordReset',
    example: { resetToken: RESET_TOKEN, expiresAt: '2026-11-22T10:30:00.000Z', isNotified: false },
  });

/** A new user, and the token with which they set their password. */
export const createdUserSchema = resetTokenSchema
  .extend({ user: userSchema })
  .meta({ id: 'CreatedUser', example: { user: ownExample(userSchema), ...ownExample(resetTokenSchema) } });

export const newPasswordSchema = z
  .strictObject({ resetToken: z.string().min(1).max(200).meta({ pattern: '^tfp_' }), newPassword })
  .meta({ id: 'NewPassword', example: { resetToken: RESET_TOKEN, newPassword: 'battery staple' } });
