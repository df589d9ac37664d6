import type { Request } from 'express';
import {
  InvalidRequestError,
  PreconditionFailedError,
  PreconditionRequiredError,
} from '../../problems/errors';
import { MOST_TAGS, namesTag, versionsIn, type Precondition } from '../../lib/version-tag';

function read(request: Request, name: 'if-match' | 'if-none-match') {
  const header = request.headers[name];
  if (header === undefined) return undefined;
  const versions = versionsIn(header);
  if (versions === undefined) {
    const message = `is not a list of at most ${MOST_TAGS} quoted tags, such as the ETag of an answer`;
    throw InvalidRequestError.at(`headers.${name}`, message);
  }
  return versions;
}

/**
 * Returns the version that a write requires (RFC 9110, 13.1).
 * @throws PreconditionRequiredError if `required` and the request has no If-Match
 */
export function preconditionOf(request: Request, required: boolean): Precondition | undefined {
  const match = read(request, 'if-match');
  const noneMatch = read(request, 'if-none-match');
  if (required && match === undefined) {
    throw new PreconditionRequiredError('Send If-Match with the ETag of the version you have read.');
  }
  if (match === undefined && noneMatch === undefined) return undefined;
  return {
    // A missing resource is 404 in any case, so `If-Match: *` adds nothing.
    ...(match && match !== '*' && { versions: match }),
    ...(noneMatch === '*' ? { absent: true } : noneMatch && { notVersions: noneMatch }),
    match: request.headers['if-match'],
    noneMatch: request.headers['if-none-match'],
  };
}

/**
 * Returns whether the client already has the answer with this tag, so that it gets 304. Follows RFC 9110, 13.2.2, without
 * conditions on dates. Express's `fresh` is not used: it never gives a 304 to a request with `Cache-Control: no-cache`,
 * which `fetch` sends along with `If-None-Match`.
 * @throws PreconditionFailedError if If-Match names only other tags
 */
export function isKnown(tag: string, request: Request): boolean {
  if (request.method !== 'GET' && request.method !== 'HEAD') return false;
  const { 'if-match': match, 'if-none-match': noneMatch } = request.headers;
  if (match !== undefined && read(request, 'if-match') && !namesTag(match, tag))
    throw new PreconditionFailedError(tag);
  return noneMatch !== undefined && namesTag(noneMatch, tag);
}
