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
 * Returns the media ranges of an Accept header (RFC 9110, 12.5.1). Ignores anything else, and all parameters but `q`,
 * since no type has variants here; a range with parameters can not exclude the whole type.
 */
function rangesIn(accept: string): Range[] {
  // Drops quoted text, which belongs to parameters and may contain commas and semicolons.
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

/** Returns the quality of a type, from the most specific range that matches it; 0 if none does. */
function qualityOf(ranges: Range[], offered: string): number {
  for (const name of [offered, offered.replace(/\/.*/, '/*'), '*/*']) {
    const found = ranges.filter(({ type }) => type === name);
    if (found.length > 0) return Math.max(...found.map(({ quality }) => quality));
  }
  return 0;
}

/**
 * Returns the type that the client prefers; of equals the first offered. Ignores a header without any media range.
 * @throws NotAcceptableError if the client accepts none of them
 */
export function preferredType(offered: string[], { headers: { accept } }: Request): string {
  const [first] = offered;
  if (accept === undefined || accept === '*/*') return first!;
  const ranges = rangesIn(accept);
  if (ranges.length === 0) return first!;
  const qualities = offered.map((type) => qualityOf(ranges, type));
  const best = Math.max(...qualities);
  if (best > 0) return offered[qualities.indexOf(best)]!;
  throw new NotAcceptableError(`Accept must allow ${offered.join(' or ')}.`);
}

/** @throws NotAcceptableError if the Accept header excludes every type that the route returns */
export function requireAcceptable({ responses }: Route, request: Request): void {
  const { accept } = request.headers;
  if (accept === undefined || accept === '*/*') return;
  const types = Object.values(responses).map(
    ({ type, body }) => type ?? (body ? 'application/json' : undefined),
  );
  const offered = types.filter((type) => type !== undefined);
  // Problems are JSON in any case.
  if (offered.length > 0) preferredType(offered, request);
}
