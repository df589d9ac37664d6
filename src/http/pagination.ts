import { z } from 'zod';
import { decodeCursor, type PageRequest } from '../page';

const cursor = z.string().transform((text, context) => {
  const after = decodeCursor(text);
  if (!after) context.addIssue('is not a cursor: follow the Link header of the page before');
  return after;
});

/** Paging of every list: `limit` entries (1–100, by default 20), from the cursor that a `Link` header gave. */
export const pageQuery = z
  .strictObject({ limit: z.coerce.number().int().min(1).max(100).default(20), cursor: cursor.optional() })
  .transform((query): PageRequest => ({ limit: query.limit, after: query.cursor }));

/** `Link` of RFC 8288: the page `first` and, where there may be more, `next`. */
export function pageLinks(path: string, { limit }: PageRequest, next: string | undefined): string {
  const first = `<${path}?limit=${limit}>; rel="first"`;
  return next ? `${first}, <${path}?limit=${limit}&cursor=${next}>; rel="next"` : first;
}
