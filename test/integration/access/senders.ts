import type { TestApi } from '../../support/api';
import { as, buildAdmin, buildMember, type Account } from '../../support/factories';

/** The accounts of one request: what it asks for belongs to `owner`. */
export interface Scene {
  api: TestApi;
  owner: Account;
  /** Prepares things and sends nothing else. */
  root: Account;
}

const tokenIn = async (test: PromiseLike<{ body: { token: string } }>) => (await test).body.token;

const scriptToken = (by: Account, access: 'read' | 'write') => {
  const expiresAt = new Date(Date.now() + 86_400_000).toISOString();
  return tokenIn(by.post(`/users/${by.id}/tokens`, { name: access, access, expiresAt }).expect(201));
};

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
  'ended session': async ({ api, owner: { email, password } }) => {
    const token = await tokenIn(as(api, { token: '' }).post('/users/login', { email, password }).expect(200));
    await as(api, { token }).post('/users/logout').expect(204);
    return token;
  },
};
