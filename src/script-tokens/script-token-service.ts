import type { Audit } from '../audit/audit';
import type { Caller } from '../audit/audit-event';
import type { Mongo } from '../infra/mongo/mongo';
import { digestOf } from '../lib/digest';
import { ofScriptToken, untilTokensEnd, type Ending } from '../notices/endings';
import type { NoticeBoard } from '../notices/notice-board';
import type { Principal } from '../people/principal';
import { ConflictError, ForbiddenError, InvalidRequestError, NotFoundError } from '../problems/errors';
import type { RequireInForce } from '../users/in-force';
import { newScriptToken } from './script-token';
import type { ScriptTokenRecord, ScriptTokenRepository } from './script-token-repository';
import { REMEMBERED_MS } from './verify-script-token';

export type ScriptTokenService = ReturnType<typeof createScriptTokenService>;

interface ScriptTokenServiceDeps {
  scriptTokens: ScriptTokenRepository;
  transaction: Mongo['transaction'];
  /** Checks the caller in the transaction, and makes transactions of one caller exclude each other. */
  requireInForce: RequireInForce;
  requireSelfOrAdmin: (userId: string, by: Principal) => void;
  board: Pick<NoticeBoard, 'post' | 'announce'>;
  audit: Pick<Audit, 'record'>;
}

/** Most tokens of a user. */
export const MOST_SCRIPT_TOKENS = 20;
const YEAR_MS = 366 * 86_400_000;

const toView = ({ _id, name, access, lastFour, createdAt, expiresAt, lastUsedAt }: ScriptTokenRecord) => ({
  _id: String(_id),
  name,
  access,
  lastFour,
  createdAt,
  expiresAt,
  lastUsedAt,
});

function requireLife(expiresAt: Date): void {
  const life = expiresAt.getTime() - Date.now();
  if (life > 0 && life <= YEAR_MS) return;
  throw InvalidRequestError.at('body.expiresAt', 'must be in the future, and at most a year from now');
}

/** Tokens with which a user's scripts use the API, without the password of the user. */
export function createScriptTokenService(deps: ScriptTokenServiceDeps) {
  const { scriptTokens, transaction, requireSelfOrAdmin, board, audit } = deps;

  return {
    /** Makes a token for the caller. Only this call returns it: what is stored is its digest. */
    async create(
      userId: string,
      { name, access, expiresAt }: Pick<ScriptTokenRecord, 'name' | 'access' | 'expiresAt'>,
      origin: Caller,
    ) {
      if (origin.user.id !== userId)
        throw new ForbiddenError('Only the user may make tokens for their own scripts.');
      requireLife(expiresAt);
      const token = newScriptToken();
      const made = { userId, name, access, expiresAt, hash: digestOf(token), lastFour: token.slice(-4) };
      const record = await transaction(async (session) => {
        await deps.requireInForce(origin.user, session);
        if ((await scriptTokens.ofUser(userId, session)).length >= MOST_SCRIPT_TOKENS)
          throw new ConflictError(`A user has at most ${MOST_SCRIPT_TOKENS} tokens. Delete one first.`);
        const event = { action: 'script-token-created', origin, target: userId } as const;
        await audit.record({ ...event, detail: `…${made.lastFour}, ${access}` }, session);
        return scriptTokens.create(made, session);
      });
      return { ...toView(record), token };
    },

    async list(userId: string, by: Principal) {
      requireSelfOrAdmin(userId, by);
      return (await scriptTokens.ofUser(userId)).map(toView);
    },

    /** Deletes a token; within a second no API worker accepts it. */
    async remove(userId: string, id: string, origin: Caller): Promise<void> {
      requireSelfOrAdmin(userId, origin.user);
      const [token] = (await scriptTokens.ofUser(userId)).filter(({ _id }) => String(_id) === id);
      if (!token) throw new NotFoundError('No such token.');
      const endings: Ending[] = [{ _id: ofScriptToken(id), until: untilTokensEnd(REMEMBERED_MS) }];
      await transaction(async (session) => {
        await deps.requireInForce(origin.user, session);
        if (!(await scriptTokens.remove(userId, id, session))) return;
        await board.post(endings, session);
        const event = { action: 'script-token-deleted', origin, target: userId } as const;
        await audit.record({ ...event, detail: `…${token.lastFour}` }, session);
      });
      await board.announce(endings);
    },
  };
}
