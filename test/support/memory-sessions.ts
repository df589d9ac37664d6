import { Types } from 'mongoose';
import type { SessionRecord, SessionRepository } from '../../src/sessions/session-repository';

type Stored = SessionRecord & { id: string };

/** Sessions in memory. Each operation is one step, as in MongoDB; `step` decides when it runs. */
export function createMemorySessions(step: <T>(name: string, work: () => T) => Promise<T>) {
  const all = new Map<string, Stored>();
  const alive = (session: Stored | undefined, at: Date) =>
    session && session.idleUntil > at && session.until > at ? session : undefined;
  const ofFamily = (family: string, at: Date) =>
    alive(
      [...all.values()].find((session) => session.family === family),
      at,
    );
  const copy = (session: Stored | undefined) => (session ? { ...session } : null);

  const repository: SessionRepository = {
    create: ({ userId, ...session }) =>
      step('create', () => {
        const ids = { _id: new Types.ObjectId(session.id), userId: new Types.ObjectId(userId) };
        all.set(session.id, { ...session, ...ids, previousHash: null, keyId: null, rotatedAt: null });
      }),
    rotate: (family, digest, renewal) =>
      step('rotate', () => {
        const session = ofFamily(family, renewal.lastUsedAt);
        if (session?.currentHash !== digest) return null;
        return copy(
          Object.assign(session, { ...renewal, previousHash: digest, rotatedAt: renewal.lastUsedAt }),
        );
      }),
    byId: (id, at = new Date()) => step('find', () => copy(alive(all.get(id), at))),
    byFamily: (family, at) => step('find', () => copy(ofFamily(family, at))),
    isLive: (id, userId) => step('is live', () => String(alive(all.get(id), new Date())?.userId) === userId),
    ofUser: (userId, { skip = 0, limit }) =>
      step('list', () =>
        [...all.values()]
          .filter((session) => String(session.userId) === userId)
          .sort((a, b) => b.lastUsedAt.getTime() - a.lastUsedAt.getTime())
          .slice(skip, skip + limit),
      ),
    remove: (ids) => step('remove', () => ids.forEach((id) => all.delete(id))),
    removeAt: (id, authVersion) =>
      step('remove one', () => all.get(id)?.authVersion === authVersion && all.delete(id)),
    removeOfUser: (userId, _txn, except) =>
      step('remove all', () => {
        for (const { id, userId: owner } of [...all.values()])
          if (String(owner) === userId && id !== except) all.delete(id);
      }),
    keep: (id, authVersion) =>
      step('keep', () => {
        const session = all.get(id);
        if (session) Object.assign(session, { authVersion });
        return session !== undefined;
      }),
    prepare: () => Promise.resolve([] as never),
  };
  return { repository, all };
}
