import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

const digest = (text: string) => createHash('sha256').update(text).digest('base64url').slice(0, 16);

/**
 * The tag of an answer (RFC 9110, 8.8.3). That of a resource is its version and, after a dot, what its text
 * is like: a new name of an assignee gives a task another text and leaves its version, so it ends a 304 but
 * no If-Match. A list has no version.
 */
export const tagOf = (text: string, version?: number): string =>
  version === undefined ? `"${digest(text)}"` : `"${version}.${digest(text)}"`;

/** Something with the version that it is at. */
export interface Versioned<T> {
  value: T;
  version: number;
}

/** The tag of its answer. */
export const tagOfVersioned = ({ value, version }: Versioned<unknown>): string =>
  tagOf(JSON.stringify(value), version);

/** NGINX compresses from so many bytes on: `gzip_min_length`. */
const COMPRESSED_FROM = 1_000;

/**
 * The tag as it is sent with a text of `size` bytes: weak (RFC 9110, 8.8.1) if NGINX, which names the client on each
 * request that it passes on, may compress it and so change the bytes. It depends on the request and the text alone, so
 * a 304 has the tag of the 200, and NGINX leaves it as it is.
 */
export function tagAsSent(tag: string, size: number, headers: IncomingHttpHeaders): string {
  const { 'accept-encoding': codings, 'x-forwarded-for': client } = headers;
  const isCompressed = size >= COMPRESSED_FROM && client !== undefined && /gzip/i.test(String(codings));
  return isCompressed ? `W/${tag}` : tag;
}

/** For which versions or tags a write is meant; what isn't set doesn't count. */
export interface Precondition {
  /** It must be at one of these. */
  versions?: number[];
  /** It must be at none of these. */
  notVersions?: number[];
  /** It must not be there at all. */
  absent?: true;
  /** The headers themselves, for what has tags and no version. */
  match?: string;
  noneMatch?: string;
}

/** Whether it holds for what is there at `version`. */
export const holdsAt = ({ versions, notVersions, absent }: Precondition, version: number): boolean =>
  !absent && (!versions || versions.includes(version)) && !notVersions?.includes(version);

/** Whether it holds for what has these tags, one for each of its forms; none if it isn't there. */
export const holdsForTags = ({ match, noneMatch }: Precondition, tags: string[]): boolean =>
  (match === undefined || tags.some((tag) => namesTag(match, tag))) &&
  (noneMatch === undefined || !tags.some((tag) => namesTag(noneMatch, tag)));

const TAG = /(?:W\/)?"([\x21\x23-\x7e\x80-\xff]*)"/g;
/** Tags of a list that are looked at: a header of 8 kB has room for 2,700 empty ones. */
export const MOST_TAGS = 100;
const VERSION = /^(\d{1,15})\.[\w-]{16}$/;

/** The first tags of a list, without `W/` and quotation marks; at most one more than are looked at. */
function tagsIn(list: string): string[] {
  const tags: string[] = [];
  for (const [, tag] of list.matchAll(TAG)) if (tags.push(tag!) > MOST_TAGS) break;
  return tags;
}

/**
 * Whether a list of tags, or `*`, names this one: by weak comparison (RFC 9110, 13.1.2), for If-Match as well. A tag
 * of ours is weak for compression alone, and says the same with `W/` before it.
 */
export function namesTag(list: string, tag: string): boolean {
  if (list.trim() === '*') return true;
  return tagsIn(list).includes(tagsIn(tag)[0]!);
}

/**
 * `*`, or the versions in a list of tags: those that aren't ours match nothing. Undefined if it is no list, or has more
 * than 100 tags. `W/` before a tag is taken: the version says the same with it.
 */
export function versionsIn(list: string): number[] | '*' | undefined {
  if (list.trim() === '*') return '*';
  const tags = tagsIn(list);
  if (tags.length === 0 || tags.length > MOST_TAGS) return undefined;
  // Empty elements don't count (RFC 9110, 5.6.1).
  if (!/^[\s,]*$/.test(list.replace(TAG, ''))) return undefined;
  return tags.flatMap((tag) => {
    const version = VERSION.exec(tag)?.[1];
    return version === undefined ? [] : [Number(version)];
  });
}
