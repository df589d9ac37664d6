import type { Request } from 'express';
import { InvalidRequestError, PreconditionRequiredError } from '../errors';
import { MOST_TAGS, versionsIn, type Precondition } from '../version-tag';

function read(request: Request, name: 'if-match' | 'if-none-match') {
  const header = request.headers[name];
  if (header === undefined) return undefined;
  const versions = versionsIn(header);
  if (versions === undefined) {
    const message = `is not a list of at most ${MOST_TAGS} quoted tags, such as the ETag of an answer`;
    throw new InvalidRequestError(`headers.${name}: ${message}`, {
      errors: [{ path: `headers.${name}`, message }],
    });
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
  };
}
