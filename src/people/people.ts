import { profileOf, type ResponseCache } from '../cache/response-cache';
import { personFromJson, toPerson, type Person, type PersonRecord } from './person';

export type People = ReturnType<typeof createPeople>;

/** `person` is undefined if they are gone; `asOf`: when they were read, in ms since 1970. */
export interface Shown {
  person: Person | undefined;
  asOf: number;
}

interface PeopleDeps {
  users: {
    byId: (id: string) => Promise<PersonRecord | null>;
    byIds: (ids: string[]) => Promise<PersonRecord[]>;
  };
  cache: Pick<ResponseCache, 'read'>;
}

/** Reads the people that tasks show as their assignees. */
export const createPeople = ({ users, cache }: PeopleDeps) => ({
  /** Returns the people with these ids, by id, without those that are not there. */
  async byIds(ids: string[]): Promise<Map<string, Person>> {
    if (ids.length === 0) return new Map();
    return new Map((await users.byIds(ids)).map((user) => [String(user._id), toPerson(user)]));
  },

  /** Returns one for an answer: not older than any acknowledged change, but perhaps about to be removed. */
  async shown(id: string): Promise<Shown> {
    const load = async () => {
      const asOf = Date.now();
      const user = await users.byId(id);
      return { value: user ? toPerson(user) : null, isTransient: !user, meta: { asOf: String(asOf) } };
    };
    const key = `person:${id}`;
    const { json, meta } = await cache.read({ class: 'person', key, generations: [profileOf(id)], load });
    return { person: personFromJson(json), asOf: Number(meta.asOf) };
  },
});
