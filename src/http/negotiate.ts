import type { Request } from 'express';
import { NotAcceptableError } from '../errors';
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

/** Whether the header allows the type: the most specific range that names it decides. */
function allows(ranges: Range[], offered: string): boolean {
  for (const name of [offered, offered.replace(/\/.*/, '/*'), '*/*']) {
    const found = ranges.filter(({ type }) => type === name);
    if (found.length > 0) return found.some(({ quality }) => quality > 0);
  }
  return false;
}

/** Refuses a request whose Accept header excludes what the route answers with. */
export function requireAcceptable({ responses }: Route, request: Request): void {
  const { accept } = request.headers;
  if (accept === undefined || accept === '*/*') return;
  const types = Object.values(responses).map(
    ({ type, body }) => type ?? (body ? 'application/json' : undefined),
  );
  const offered = types.filter((type) => type !== undefined);
  const ranges = rangesIn(accept);
  // A header without a single media range says nothing. Problems come as JSON in any case.
  if (offered.length === 0 || ranges.length === 0 || offered.some((type) => allows(ranges, type))) return;
  throw new NotAcceptableError(`This is served as ${offered.join(', ')}; Accept must allow it.`);
}
