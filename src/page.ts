/** Where a page begins: after the entry with this time and id, newest first. */
export interface Cursor {
  createdAt: Date;
  id: string;
}

export interface PageRequest {
  limit: number;
  after: Cursor | undefined;
}

const CURSOR = /^(\d{1,15})-([0-9a-f]{24})$/;

export const encodeCursor = ({ createdAt, id }: Cursor): string =>
  Buffer.from(`${createdAt.getTime()}-${id}`, 'latin1').toString('base64url');

export function decodeCursor(text: string): Cursor | undefined {
  const match = CURSOR.exec(Buffer.from(text, 'base64url').toString('latin1'));
  return match ? { createdAt: new Date(Number(match[1])), id: match[2]! } : undefined;
}

/** The cursor of the page after this one, empty where this one isn't full. */
export function nextCursor(records: { _id: unknown; createdAt: Date }[], { limit }: PageRequest): string {
  const last = records.at(-1);
  if (!last || records.length < limit) return '';
  return encodeCursor({ createdAt: last.createdAt, id: String(last._id) });
}

/** A page's name among the cached ones. */
export const pageKey = ({ limit, after }: PageRequest): string =>
  `${limit}:${after ? encodeCursor(after) : 'newest'}`;
