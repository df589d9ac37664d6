/** Returns an entry with only the given fields and its `_id`; the whole entry without `fields`. */
export function pick<T extends { _id: unknown }>(entry: T, fields: string[] | undefined): Partial<T> {
  if (!fields) return entry;
  const kept = Object.entries(entry).filter(([name]) => name === '_id' || fields.includes(name));
  return Object.fromEntries(kept) as Partial<T>;
}
