import type { Request } from 'express';
import { NotAcceptableError } from '../../problems/errors';
import type { Route } from './route';

const RANGE = /^(?:\*\/\*|[\w!#$%&'+.^`|~-]+\/(?:\*|[\w!#$%&'+.^`|~-]+))$/;
const QUALITY = /^q=([01](?:\.\d{0,3})?|\.\d{1,3})$/i;

interface Range {
  type: string;
  quality: number;
}

/**
 * The media ranges of an Accept header (RFC 9110, 12.5.1). What is no media range is ignored. So are all parameters
 * but `q`, since no type that is served here has variants; a range with parameters can't exclude the type as a whole.
 */
function rangesIn(accept: string): Range[] {
  // Text in quotes may hold commas and semicolons: it belongs to a parameter.
  const plain = accept
    .split('"')
    .filter((_, index) => index % 2 === 0)
    .join('');
  return plain.split(',').flatMap((element) => {
    const [type, ...parameters] = element.split(';').map((part) => part.trim());
    if (!RANGE.test(type!)) return [];
    const given = parameters.map((one) => QUALITY.exec(one)?.[1]).find((one) => one !== undefined);
    const quality = Math.min(Number(given ?? 1), 1);
    const isVariant = parameters.some((one) => one !== '' && !QUALITY.test(one));
    return quality === 0 && isVariant ? [] : [{ type: type!.toLowerCase(), quality }];
  });
}

/** The quality of a type: that of the most specific range that names it; 0 if none does. */
function qualityOf(ranges: Range[], offered: string): number {
  for (const name of [offered, offered.replace(/\/.*/, '/*'), '*/*']) {
    const found = ranges.filter(({ type }) => type === name);
    if (found.length > 0) return Math.max(...found.map(({ quality }) => quality));
  }
  return 0;
}

/**
 * The type that the client prefers, of equals the first that is offered. A header without a single media range says
 * nothing.
 * @throws NotAcceptableError if the client takes none of them
 */
export function preferredType(offered: string[], { headers: { accept } }: Request): string {
  const [first] = offered;
  if (accept === undefined || accept === '*/*') return first!;
  const ranges = rangesIn(accept);
  if (ranges.length === 0) return first!;
  const qualities = offered.map((type) => qualityOf(ranges, type));
  const best = Math.max(...qualities);
  if (best > 0) return offered[qualities.indexOf(best)]!;
  throw new NotAcceptableError(`This is served as ${offered.join(', ')}; Accept must allow it.`);
}

/** Refuses a request whose Accept header excludes what the route answers with. */
export function requireAcceptable({ responses }: Route, request: Request): void {
  const { accept } = request.headers;
  if (accept === undefined || accept === '*/*') return;
  const types = Object.values(responses).map(
    ({ type, body }) => type ?? (body ? 'application/json' : undefined),
  );
  const offered = types.filter((type) => type !== undefined);
  // Problems come as JSON in any case.
  if (offered.length > 0) preferredType(offered, request);
}
