import type { PublicUserRecord } from './user-repository';

/** Returns a user as shown in a task's `assignedTo`. */
export const toPerson = (user: PublicUserRecord) => ({
  _id: String(user._id),
  name: user.name,
  email: user.email,
  username: user.username,
  role: user.role,
  createdAt: user.createdAt,
  updatedAt: user.updatedAt,
});

export type Person = ReturnType<typeof toPerson>;

/** `person` is undefined if removed; `asOf` is the time of the look-up in ms since 1970. */
export interface Shown {
  person: Person | undefined;
  asOf: number;
}

/** Parses a cached person; undefined if the cache says that there is none. */
export function personFromJson(json: string): Person | undefined {
  const person = JSON.parse(json) as Person | null;
  if (!person) return undefined;
  return { ...person, createdAt: new Date(person.createdAt), updatedAt: new Date(person.updatedAt) };
}

/** Returns a user with `tasks`, which are ids or tasks. */
export const toUser = <T>(user: PublicUserRecord, tasks: T[]) => {
  const { createdAt, updatedAt, ...rest } = toPerson(user);
  return { ...rest, tasks, createdAt, updatedAt };
};

export const toUserAt = <T>(user: PublicUserRecord, tasks: T[]) => ({
  value: toUser(user, tasks),
  version: user.version ?? 0,
});
