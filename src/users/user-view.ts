import type { PublicUserRecord } from './user-repository';

/** A user as a task's `assignedTo` shows them. */
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

/** Nobody where they are gone; `asOf`: when they were looked up, ms since 1970. */
export interface Shown {
  person: Person | undefined;
  asOf: number;
}

/** From the text of one; undefined where that says that there is none. */
export function personFromJson(json: string): Person | undefined {
  const person = JSON.parse(json) as Person | null;
  if (!person) return undefined;
  return { ...person, createdAt: new Date(person.createdAt), updatedAt: new Date(person.updatedAt) };
}

/** A user's own answer; `tasks` are ids or tasks. */
export const toUser = <T>(user: PublicUserRecord, tasks: T[]) => {
  const { createdAt, updatedAt, ...rest } = toPerson(user);
  return { ...rest, tasks, createdAt, updatedAt };
};

export const toUserAt = <T>(user: PublicUserRecord, tasks: T[]) => ({
  value: toUser(user, tasks),
  version: user.version ?? 0,
});
