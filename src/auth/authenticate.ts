import type { Request } from 'express';
import type { TokenService } from './token-service';
import type { Principal } from '../people/principal';
import { UnauthenticatedError } from '../problems/errors';
import type { NoticeBoard } from '../notices/notice-board';

const BEARER = /^Bearer +([\w~+/.-]+=*) *$/i;

interface AuthenticateDeps {
  tokens: Pick<TokenService, 'verify'>;
  board: Pick<NoticeBoard, 'isRevoked'>;
}

/** Who sends the request, by `Authorization: Bearer` (RFC 6750, 2.1). */
export function createAuthenticate({ tokens, board }: AuthenticateDeps) {
  return async function authenticate(request: Request): Promise<Principal> {
    const header = request.headers.authorization;
    if (!header) throw new UnauthenticatedError('Send the token of a log-in: "Authorization: Bearer …".');
    const token = BEARER.exec(header)?.[1];
    if (!token)
      throw new UnauthenticatedError('The header must read "Authorization: Bearer …".', 'invalid_token');
    const user = tokens.verify(token);
    if (await board.isRevoked(user.id)) {
      throw new UnauthenticatedError('The token is of a user who is gone.', 'invalid_token');
    }
    // For the log: also of a request that is refused after this.
    request.userId = user.id;
    return user;
  };
}
