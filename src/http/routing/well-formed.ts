import { parse, type ParsedUrlQuery } from 'node:querystring';
import { InvalidRequestError, MAX_PATH } from '../../problems/errors';
import { shortened } from '../../lib/shortened';

const HALVES = /\p{Surrogate}/gu;
const hasHalf = (text: string) => text.search(HALVES) >= 0;

/** @param path of a part of the request, by its names; the halves of characters in them are left out */
function refuse(path: string[], message: string): never {
  throw InvalidRequestError.at(shortened(path.join('.').replace(HALVES, ''), MAX_PATH), message);
}

/** No text that was decoded from UTF-8 holds half a character, so this marks what could not be decoded. */
const UNDECODABLE = '\ud800';

function decodeStrictly(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // Not percent-encoded UTF-8: `100%`, `%zz`, `%E4`. Node has refused bytes that are not encoded at all.
    return UNDECODABLE + text;
  }
}

/**
 * Parses a query, as Express's `query parser`.
 * @throws InvalidRequestError that names the parameter if it is not percent-encoded UTF-8 (RFC 3986, 2.5)
 */
export function parseQuery(query: string): ParsedUrlQuery {
  const parsed = parse(query, '&', '=', { decodeURIComponent: decodeStrictly });
  const ill = Object.keys(parsed).find((name) => [name, parsed[name]].flat().some((text) => hasHalf(text!)));
  if (ill === undefined) return parsed;
  return refuse(['query', ill], 'is not percent-encoded UTF-8; a percent sign itself is written %25');
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

/** No body here has more than four levels of its own; what it holds beside them counts for nothing. */
const MOST_LEVELS = 100;
const QUOTATION_MARK = '"'.charCodeAt(0);
const BACKSLASH = '\\'.charCodeAt(0);

/** Whether brackets outside of strings open too many levels. What is no JSON may be misjudged: it is refused anyway. */
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

/** Half of a pair as JSON escapes it, alone or not: no other text of JSON can hold one. */
const ESCAPED_HALF = /\\u[dD][89a-fA-F]/;
const HALF = 'must not contain half a character (an escape from \\ud800 to \\udfff without its other half)';

/**
 * Parses a body of JSON.
 * @throws SyntaxError if it is none, and InvalidRequestError if it is nested too deep (100 kB can have 50,000 levels, and
 * memory for each takes long to free), or that names the text or name with half a character: UTF-8 has no form of it,
 * so what stores or hashes it would take another character instead
 */
export function parseJson(json: string): unknown {
  if (isTooDeep(json)) {
    throw new InvalidRequestError(
      `The body is nested deeper than the ${MOST_LEVELS} levels that are taken here.`,
    );
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
