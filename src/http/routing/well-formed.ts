import { parse, type ParsedUrlQuery } from 'node:querystring';
import { InvalidRequestError, MAX_PATH } from '../../problems/errors';
import { shortened } from '../../lib/shortened';

const HALVES = /\p{Surrogate}/gu;
const hasHalf = (text: string) => text.search(HALVES) >= 0;

/** @param path names that lead to a part of the request; halves of characters in them are left out */
function refuse(path: string[], message: string): never {
  throw InvalidRequestError.at(shortened(path.join('.').replace(HALVES, ''), MAX_PATH), message);
}

/** Marks text that could not be decoded: no text decoded from UTF-8 contains half a character. */
const UNDECODABLE = '\ud800';

function decodeStrictly(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // Not percent-encoded UTF-8: `100%`, `%zz`, `%E4`. Node refuses bytes that are not encoded.
    return UNDECODABLE + text;
  }
}

/**
 * Parses a query; Express's `query parser`.
 * @throws InvalidRequestError that names the parameter if it is not percent-encoded UTF-8 (RFC 3986, 2.5)
 */
export function parseQuery(query: string): ParsedUrlQuery {
  const parsed = parse(query, '&', '=', { decodeURIComponent: decodeStrictly });
  const ill = Object.keys(parsed).find((name) => [name, parsed[name]].flat().some((text) => hasHalf(text!)));
  if (ill === undefined) return parsed;
  return refuse(['query', ill], 'is not percent-encoded UTF-8; write a percent sign as %25');
}

interface Place {
  value: object;
  name: string;
  within?: Place;
}

function pathTo(name: string, within: Place): string[] {
  const path = [name];
  for (let at = within; at.within; at = at.within) path.push(at.name);
  return path.reverse();
}

/** Most levels of a body; no route needs more than four. */
const MOST_LEVELS = 100;
const QUOTATION_MARK = '"'.charCodeAt(0);
const BACKSLASH = '\\'.charCodeAt(0);

/** Returns whether brackets outside strings open too many levels. Invalid JSON may be misjudged; it is refused anyway. */
function isTooDeep(json: string): boolean {
  let depth = 0;
  let isInString = false;
  for (let at = 0; at < json.length; at += 1) {
    const unit = json.charCodeAt(at);
    if (unit === QUOTATION_MARK) isInString = !isInString;
    else if (isInString) at += unit === BACKSLASH ? 1 : 0;
    else if (unit === 0x5b || unit === 0x7b) depth += 1;
    else if (unit === 0x5d || unit === 0x7d) depth -= 1;
    if (depth > MOST_LEVELS) return true;
  }
  return false;
}

/** Matches an escaped half of a pair, alone or not: only escapes bring half a character into JSON. */
const ESCAPED_HALF = /\\u[dD][89a-fA-F]/;
const HALF = 'must not contain half a character (an escape from \\ud800 to \\udfff without its other half)';

/**
 * Parses a JSON body.
 * @throws SyntaxError if it is not JSON, InvalidRequestError if it is nested too deep (100 kB can have 50,000 levels, which
 *   take long to free) or contains half a character, which UTF-8 can not encode, so that storing or hashing would replace it
 */
export function parseJson(json: string): unknown {
  if (isTooDeep(json)) {
    throw new InvalidRequestError(`The body is nested deeper than ${MOST_LEVELS} levels.`);
  }
  const whole: unknown = JSON.parse(json);
  if (!ESCAPED_HALF.test(json)) return whole;
  const places: Place[] = [{ value: { body: whole }, name: '' }];
  for (const place of places) {
    for (const [name, value] of Object.entries(place.value) as [string, unknown][]) {
      if (hasHalf(name) || (typeof value === 'string' && hasHalf(value))) refuse(pathTo(name, place), HALF);
      if (typeof value === 'object' && value !== null) places.push({ value, name, within: place });
    }
  }
  return whole;
}
