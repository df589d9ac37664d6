import type { Role } from './principal';

export interface PersonRecord {
  _id: unknown;
  name: string;
  email: string;
  username: string;
  role: Role;
  createdAt: Date;
  updatedAt: Date;
}

/** Returns a user as shown in a task's `assignedTo`. */
export const toPerson = (user: PersonRecord) => ({
  _id: String(user._id),
  name: user.name,
  email: user.email,
  username: user.username,
  role: user.role,
  createdAt: user.createdAt,
  updatedAt: user.updatedAt,
});

export type Person = ReturnType<typeof toPerson>;

/** Reads a person from their JSON; `undefined` for `null`. */
export function personFromJson(json: string): Person | undefined {
  const person = JSON.parse(json) as Person | null;
  if (!person) return undefined;
  return { ...person, createdAt: new Date(person.createdAt), updatedAt: new Date(person.updatedAt) };
}
