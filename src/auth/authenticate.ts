import type { Request } from 'express';
import type { TokenService } from './token-service';
import type { Principal } from '../people/principal';
import { isScriptToken } from '../script-tokens/script-token';
import { UnauthenticatedError } from '../problems/errors';
import type { NoticeBoard } from '../notices/notice-board';
import { endedToken } from '../users/in-force';

const BEARER = /^Bearer +([\w~+/.-]+=*) *$/i;

interface AuthenticateDeps {
  tokens: Pick<TokenService, 'verify'>;
  board: Pick<NoticeBoard, 'isRevoked'>;
  /** Returns the user of a script token that allows this method. @throws UnauthenticatedError, ForbiddenError */
  verifyScriptToken: (token: string, method: string) => Promise<Principal>;
}

/** Creates the check of a user who was authenticated a while ago. */
export const createStillInForce =
  ({ isRevoked }: Pick<NoticeBoard, 'isRevoked'>) =>
  /** @throws UnauthenticatedError if the token has ended since */
  async (user: Principal): Promise<void> => {
    if (await isRevoked(user)) throw endedToken();
  };

/** Creates the function that verifies `Authorization: Bearer` (RFC 6750, 2.1) and returns the user of the request. */
export function createAuthenticate({ tokens, board, verifyScriptToken }: AuthenticateDeps) {
  /** @throws UnauthenticatedError */
  async function verifyOfSession(token: string): Promise<Principal> {
    const user = tokens.verify(token);
    if (!(await board.isRevoked(user))) return user;
    throw endedToken();
  }

  return async function authenticate(request: Request): Promise<Principal> {
    const header = request.headers.authorization;
    if (!header)
      throw new UnauthenticatedError('Send the token from a log-in as "Authorization: Bearer TOKEN".');
    const token = BEARER.exec(header)?.[1];
    if (!token)
      throw new UnauthenticatedError('The header must be "Authorization: Bearer TOKEN".', 'invalid_token');
    const user = isScriptToken(token)
      ? await verifyScriptToken(token, request.method)
      : await verifyOfSession(token);
    // For the log, which also names the user of a request that is refused later.
    request.userId = user.id;
    return user;
  };
}
