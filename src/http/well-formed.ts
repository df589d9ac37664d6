import { parse, type ParsedUrlQuery } from 'node:querystring';

/** No text that was decoded from UTF-8 holds half a character, so this marks what could not be decoded. */
const UNDECODABLE = '\ud800';
const HALVES = /\p{Surrogate}/gu;

/** Raw bytes above ASCII are no part of an address (RFC 3986, 2); Node hands them over as Latin-1. */
const isAscii = (text: string) => !/[^\0-\x7f]/.test(text);

function decodeStrictly(text: string): string {
  try {
    if (isAscii(text)) return decodeURIComponent(text);
  } catch {
    // Not percent-encoded UTF-8: `100%`, `%zz`, `%E4`.
  }
  return UNDECODABLE + text;
}

/** Parses a query; what is not percent-encoded UTF-8 (RFC 3986, 2.5) becomes text that `illFormedIn` finds. */
export const parseQuery = (query: string): ParsedUrlQuery =>
  parse(query, '&', '=', { decodeURIComponent: decodeStrictly });

/** A path for people, without what is no text in it. */
export const withoutHalves = (path: string) => path.replace(HALVES, '');

interface Place {
  value: unknown;
  name: string;
  within?: Place;
}

function pathOf(place: Place): string[] {
  const path: string[] = [];
  for (let at = place; at.within; at = at.within) path.push(at.name);
  return path.reverse();
}

/**
 * Finds half characters, as JSON's `\ud800` alone makes them, in all texts and names of a request's part: UTF-8
 * has no form of them, so whatever stores or hashes them takes another character instead.
 * @returns the paths to at most `limit` of them
 */
export function illFormedIn(whole: unknown, limit: number): string[][] {
  const found: string[][] = [];
  const places: Place[] = [{ value: whole, name: '' }];
  // A list instead of recursion: JSON.parse goes deeper than the stack.
  for (const place of places) {
    const { value, name } = place;
    const isIll = name.search(HALVES) >= 0 || (typeof value === 'string' && value.search(HALVES) >= 0);
    if (isIll && found.push(pathOf(place)) >= limit) break;
    if (typeof value !== 'object' || value === null) continue;
    for (const [key, inner] of Object.entries(value)) places.push({ value: inner, name: key, within: place });
  }
  return found;
}
