import { z } from 'zod';
import { created, noContent, ok } from '../http/routing/reply';
import { defineRoute, type Route } from '../http/routing/route';
import { idParams } from '../schemas/values';
import {
  madeScriptTokenSchema,
  newScriptTokenSchema,
  scriptTokenParams,
  scriptTokenSchema,
} from './script-token-schemas';
import { MOST_SCRIPT_TOKENS, type ScriptTokenService } from './script-token-service';

export const scriptTokenRoutes = (scriptTokens: ScriptTokenService): Route[] => [
  defineRoute({
    id: 'createScriptToken',
    tag: 'Accounts',
    method: 'post',
    path: '/users/:id/tokens',
    summary: 'Make a token for a script of yours',
    description:
      'The answer has the token, which is not shown again. It has your role, until it expires or is deleted, ' +
      `and never allows log-out, passwords, tokens, the live page or the administration of users. At most ${MOST_SCRIPT_TOKENS} at a time.`,
    access: 'user',
    sessionOnly: true,
    params: idParams,
    body: newScriptTokenSchema,
    responses: {
      201: { description: 'The token', body: madeScriptTokenSchema, headers: ['Location'] },
    },
    problems: [409],
    handler: async (input) => {
      const { id } = input.params;
      const made = await scriptTokens.create(id, input.body, input);
      return created(made, `/users/${id}/tokens/${made._id}`, false);
    },
  }),
  defineRoute({
    id: 'listScriptTokens',
    tag: 'Accounts',
    method: 'get',
    path: '/users/:id/tokens',
    summary: 'List the script tokens of a user; members only see their own',
    access: 'user',
    sessionOnly: true,
    uncached: true,
    params: idParams,
    responses: {
      200: {
        description: 'The tokens, newest first',
        body: z.array(scriptTokenSchema).max(MOST_SCRIPT_TOKENS),
      },
    },
    handler: async ({ params, user }) => ok(await scriptTokens.list(params.id, user)),
  }),
  defineRoute({
    id: 'deleteScriptToken',
    tag: 'Accounts',
    method: 'delete',
    path: '/users/:id/tokens/:scriptId',
    summary: 'Delete a script token',
    description: 'Within a second of the answer no API worker accepts it.',
    access: 'user',
    sessionOnly: true,
    storesNothing: true,
    params: scriptTokenParams,
    responses: { 204: { description: 'Deleted', body: null } },
    handler: async (input) => {
      await scriptTokens.remove(input.params.id, input.params.scriptId, input);
      return noContent;
    },
  }),
];
