import { noContent, ok } from '../http/routing/reply';
import { defineRoute, type Route } from '../http/routing/route';
import { idParams } from '../schemas/values';
import {
  accessTokenSchema,
  newPasswordSchema,
  passwordChangeSchema,
  resetTokenSchema,
} from './password-schemas';
import type { PasswordService } from './password-service';

export function passwordRoutes(passwords: PasswordService): Route[] {
  return [
    defineRoute({
      id: 'changePassword',
      tag: 'Accounts',
      method: 'put',
      path: '/users/:id/password',
      summary: 'Change your password',
      description:
        'All other sessions of the user end, and so does the token of this request: the answer has a new one. The refresh token stays. ' +
        'Wrong passwords count as failed log-ins.',
      access: 'user',
      sessionOnly: true,
      hashesPassword: true,
      storesNothing: true,
      params: idParams,
      body: passwordChangeSchema,
      responses: { 200: { description: 'A new token of this session', body: accessTokenSchema } },
      problems: [409],
      handler: async (input) => ok(await passwords.change(input.params.id, input.body, input)),
    }),
    defineRoute({
      id: 'resetPassword',
      tag: 'Accounts',
      method: 'put',
      path: '/users/password',
      summary: 'Set a new password by a reset token',
      description: 'All sessions of the user end. The token works once, for an hour; log in afterwards.',
      access: 'anyone',
      hashesPassword: true,
      storesNothing: true,
      body: newPasswordSchema,
      responses: { 204: { description: 'Set', body: null } },
      problems: [401],
      handler: async ({ body, address, requestId }) => {
        await passwords.reset(body.resetToken, body.newPassword, { address, requestId });
        return noContent;
      },
    }),
    defineRoute({
      id: 'makePasswordReset',
      tag: 'Accounts',
      method: 'post',
      path: '/users/:id/password-reset',
      summary: 'Make a token with which a user can set a new password',
      description:
        'Hand the token over yourself, or let the webhook of the installation send it (`PASSWORD_RESET_WEBHOOK`). ' +
        'It is bound to the present password: any change of the password ends it.',
      access: 'Admin',
      sessionOnly: true,
      storesNothing: true,
      params: idParams,
      responses: { 200: { description: 'The token', body: resetTokenSchema } },
      handler: async (input) => ok(await passwords.makeReset(input.params.id, input)),
    }),
  ];
}
