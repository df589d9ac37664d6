/** An entry with the named fields alone, and its `_id`; whole where none are named. */
export function pick<T extends { _id: unknown }>(entry: T, fields: string[] | undefined): Partial<T> {
  if (!fields) return entry;
  const kept = Object.entries(entry).filter(([name]) => name === '_id' || fields.includes(name));
  return Object.fromEntries(kept) as Partial<T>;
}
