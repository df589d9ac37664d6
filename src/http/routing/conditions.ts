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
 * For which version a write is meant (RFC 9110, 13.1).
 * @throws PreconditionRequiredError where the installation wants one and there is none
 */
export function preconditionOf(request: Request, required: boolean): Precondition | undefined {
  const match = read(request, 'if-match');
  const noneMatch = read(request, 'if-none-match');
  if (required && match === undefined) {
    throw new PreconditionRequiredError('Send If-Match with the ETag of what you have read.');
  }
  if (match === undefined && noneMatch === undefined) return undefined;
  return {
    // What isn't there is 404 in any case, so `If-Match: *` asks for nothing more.
    ...(match && match !== '*' && { versions: match }),
    ...(noneMatch === '*' ? { absent: true } : noneMatch && { notVersions: noneMatch }),
    match: request.headers['if-match'],
    noneMatch: request.headers['if-none-match'],
  };
}

/**
 * Whether the client that reads has the answer with this tag already, so that 304 is sent. Conditions are judged in
 * the order of RFC 9110, 13.2.2; nothing here has a date of its last change, so conditions on dates don't count.
 * Express's own judgement isn't asked: a request with `Cache-Control: no-cache`, as `fetch` sends along with
 * `If-None-Match`, would never get a 304.
 * @throws PreconditionFailedError if If-Match names other tags alone
 */
export function isKnown(tag: string, request: Request): boolean {
  if (request.method !== 'GET' && request.method !== 'HEAD') return false;
  const { 'if-match': match, 'if-none-match': noneMatch } = request.headers;
  if (match !== undefined && read(request, 'if-match') && !namesTag(match, tag))
    throw new PreconditionFailedError(tag);
  return noneMatch !== undefined && namesTag(noneMatch, tag);
}
