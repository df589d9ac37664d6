import type { TestApi } from '../../support/api';
import { as, buildAdmin, buildMember, buildScriptToken, logIn, type Account } from '../../support/factories';

/** The accounts of one request: what it asks for belongs to `owner`. */
export interface Scene {
  api: TestApi;
  owner: Account;
  /** Prepares things and sends nothing else. */
  root: Account;
}

const scriptToken = async (by: Account, access: 'read' | 'write') =>
  (await buildScriptToken(by, { access })).token;

/** Makes the token that each sender has, by the heading of the table; undefined is none. */
export const SENDERS: Record<string, (scene: Scene) => Promise<string | undefined>> = {
  nobody: async () => undefined,
  member: async ({ owner }) => owner.token,
  'other member': async ({ api }) => (await buildMember(api)).token,
  Admin: async ({ api }) => (await buildAdmin(api)).token,
  disabled: async ({ owner, root }) => {
    await root.patch(`/users/${owner.id}`, { disabled: true }).expect(200);
    return owner.token;
  },
  'read token': ({ owner }) => scriptToken(owner, 'read'),
  'write token': ({ owner }) => scriptToken(owner, 'write'),
  'write token of an Admin': async ({ api }) => scriptToken(await buildAdmin(api), 'write'),
  'ended session': async ({ api, owner }) => {
    const { body } = await logIn(api, owner).expect(200);
    const token = body.token as string;
    await as(api, { token }).post('/users/logout').expect(204);
    return token;
  },
};
