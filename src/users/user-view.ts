import type { PublicUserRecord } from './user-repository';
import { toPerson } from '../people/person';

/** Returns a user with `tasks`, which are ids or tasks. */
export const toUser = <T>(user: PublicUserRecord, tasks: T[]) => {
  const { createdAt, updatedAt, ...rest } = toPerson(user);
  return { ...rest, disabled: user.disabled ?? false, tasks, createdAt, updatedAt };
};

export const toUserAt = <T>(user: PublicUserRecord, tasks: T[]) => ({
  value: toUser(user, tasks),
  version: user.version ?? 0,
});
