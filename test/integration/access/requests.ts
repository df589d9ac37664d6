import jwt from 'jsonwebtoken';
import type { Route } from '../../../src/http/routing/route';
import {
  buildScriptToken,
  buildTask,
  endedJob,
  inDays,
  knows,
  logIn,
  newPerson,
} from '../../support/factories';
import { newPicture } from '../../support/pictures';
import type { Scene } from './senders';

const UNKNOWN = 'a'.repeat(24);

/** Returns the id of what the owner has, by the start of a path. */
const IDS: [start: string, (scene: Scene) => Promise<string>][] = [
  ['/users/me/sessions', async ({ owner }) => (jwt.decode(owner.token) as { sid: string }).sid],
  ['/users', async ({ owner }) => owner.id],
  ['/tasks', async ({ api, owner, root }) => (await buildTask(api, root, { assignedTo: owner.id }))._id],
  ['/jobs', async (scene) => (await upload(scene)).body._id as string],
];

const upload = async ({ owner }: Scene) =>
  owner
    .put(`/users/${owner.id}/avatar`)
    .type('image/png')
    .send(await newPicture('png'))
    .expect(202);

/** Bodies that need more than the example of the document. */
const BODIES: Record<string, (scene: Scene) => Promise<unknown>> = {
  signUp: async () => newPerson(),
  createUser: async () => ({ ...newPerson(), password: undefined }),
  logIn: async ({ owner: { email, password } }) => ({ email, password }),
  renewToken: async ({ api, owner }) => {
    const { body } = await logIn(api, owner).expect(200);
    return { refreshToken: body.refreshToken as string };
  },
  changePassword: async ({ owner }) => ({ ...knows(owner), newPassword: 'battery staple' }),
  resetPassword: async ({ owner, root }) => {
    const { body } = await root.post(`/users/${owner.id}/password-reset`).expect(200);
    return { resetToken: body.resetToken as string, newPassword: 'battery staple' };
  },
  createScriptToken: async () => ({ name: 'x', access: 'read', expiresAt: inDays(1) }),
  deleteUser: async ({ owner }) => knows(owner),
  createTask: async () => ({ title: 'x' }),
  updateTask: async () => ({ status: 'Doing' }),
  patchTask: async () => ({ status: 'Doing' }),
};

/** Makes what a request needs to succeed, if its sender may send it. */
export async function requestTo(route: Route, scene: Scene) {
  const { id, method, path, body, upload: takesBytes } = route;
  const own = IDS.find(([start]) => path.startsWith(`${start}/:`) || path.startsWith(`${start}/{`));
  const values: Record<string, () => Promise<string>> = {
    id: () => (own ? own[1](scene) : Promise.resolve(UNKNOWN)),
    scriptId: async () => (await buildScriptToken(scene.owner))._id,
    // No worker, job or problem that the request could harm.
    name: async () => (path.startsWith('/problems') ? 'not-found' : 'api-99'),
    host: async () => 'nowhere',
    jobId: async () => UNKNOWN,
  };
  let filled = path;
  for (const [whole, name] of path.matchAll(/:(\w+)/g))
    filled = filled.replace(whole, await values[name!]!());
  if (id === 'getAvatar') await endedJob(scene.api, scene.owner, (await upload(scene)).headers.location!);
  const example = (body?.meta() as { example?: unknown } | undefined)?.example;
  const json = (await BODIES[id]?.(scene)) ?? example;
  if (takesBytes) return { method, path: filled, type: 'image/png', body: await newPicture('png') };
  return { method, path: filled, type: 'application/json', body: json && JSON.stringify(json) };
}
