import type { IncomingHttpHeaders } from 'node:http';
import { digestOf } from './digest';

const digest = (text: string) => digestOf(text).slice(0, 16);

/**
 * Returns the tag of an answer (RFC 9110, 8.8.3): for a resource its version, a dot and a digest of its text; for a
 * list, which has no version, the digest alone. A renamed assignee changes the text of a task but not its version, so
 * If-None-Match fails and If-Match still holds.
 */
export const tagOf = (text: string, version?: number): string =>
  version === undefined ? `"${digest(text)}"` : `"${version}.${digest(text)}"`;

export interface Versioned<T> {
  value: T;
  version: number;
}

export const tagOfVersioned = ({ value, version }: Versioned<unknown>): string =>
  tagOf(JSON.stringify(value), version);

/** Bytes from which NGINX compresses: `gzip_min_length`. */
const COMPRESSED_FROM = 1_000;

/**
 * Returns the tag to send with a text of `size` bytes: weak (RFC 9110, 8.8.1) if NGINX, which sets X-Forwarded-For,
 * may compress the text. It depends only on the request and the text, so a 304 has the tag of the 200.
 */
export function tagAsSent(tag: string, size: number, headers: IncomingHttpHeaders): string {
  const { 'accept-encoding': codings, 'x-forwarded-for': client } = headers;
  const isCompressed = size >= COMPRESSED_FROM && client !== undefined && /gzip/i.test(String(codings));
  return isCompressed ? `W/${tag}` : tag;
}

/** Versions or tags that a write requires; unset fields do not count. */
export interface Precondition {
  /** The resource must be at one of these. */
  versions?: number[];
  /** The resource must be at none of these. */
  notVersions?: number[];
  /** The resource must not exist. */
  absent?: true;
  /** The headers themselves, for resources with tags but no version. */
  match?: string;
  noneMatch?: string;
}

/** Returns whether the precondition holds for an existing resource at `version`. */
export const holdsAt = ({ versions, notVersions, absent }: Precondition, version: number): boolean =>
  !absent && (!versions || versions.includes(version)) && !notVersions?.includes(version);

/** Returns whether the precondition holds for a resource with these tags, one for each form; none if it is absent. */
export const holdsForTags = ({ match, noneMatch }: Precondition, tags: string[]): boolean =>
  (match === undefined || tags.some((tag) => namesTag(match, tag))) &&
  (noneMatch === undefined || !tags.some((tag) => namesTag(noneMatch, tag)));

const TAG = /(?:W\/)?"([\x21\x23-\x7e\x80-\xff]*)"/g;
/** Most tags of a list that are compared: a header of 8 kB has room for 2,700 empty ones. */
export const MOST_TAGS = 100;
const VERSION = /^(\d{1,15})\.[\w-]{16}$/;

/** Returns the first `MOST_TAGS + 1` tags of a list, without `W/` and quotation marks. */
function tagsIn(list: string): string[] {
  const tags: string[] = [];
  for (const [, tag] of list.matchAll(TAG)) if (tags.push(tag!) > MOST_TAGS) break;
  return tags;
}

/**
 * Returns whether a list of tags, or `*`, names this one. Weak comparison (RFC 9110, 13.1.2) also serves If-Match: the
 * API's tags are weak only because of compression.
 */
export function namesTag(list: string, tag: string): boolean {
  if (list.trim() === '*') return true;
  return tagsIn(list).includes(tagsIn(tag)[0]!);
}

/**
 * Returns the versions in a list of tags, skipping tags that the API did not make, or `*`; undefined if the header is
 * not a list of at most `MOST_TAGS` tags.
 */
export function versionsIn(list: string): number[] | '*' | undefined {
  if (list.trim() === '*') return '*';
  const tags = tagsIn(list);
  if (tags.length === 0 || tags.length > MOST_TAGS) return undefined;
  // Empty elements are ignored (RFC 9110, 5.6.1).
  if (!/^[\s,]*$/.test(list.replace(TAG, ''))) return undefined;
  return tags.flatMap((tag) => {
    const version = VERSION.exec(tag)?.[1];
    return version === undefined ? [] : [Number(version)];
  });
}
