import type { Audit } from '../audit/audit';
import type { Mongo } from '../infra/mongo/mongo';
import type { NoticeBoard } from '../notices/notice-board';
import type { RequireInForce } from '../users/in-force';
import type { ScriptTokenRepository } from './script-token-repository';
import { createScriptTokenService } from './script-token-service';

type ServiceDeps = Parameters<typeof createScriptTokenService>[0];

interface ScriptTokensDeps {
  store: {
    mongo: Pick<Mongo, 'transaction'>;
    scriptTokens: ScriptTokenRepository;
  };
  board: NoticeBoard;
  audit: Audit;
  sessions: { requireInForce: RequireInForce };
}

export const composeScriptTokens = (
  { store: { mongo, scriptTokens }, board, audit, sessions }: ScriptTokensDeps,
  requireSelfOrAdmin: ServiceDeps['requireSelfOrAdmin'],
) =>
  createScriptTokenService({
    scriptTokens,
    transaction: mongo.transaction,
    requireSelfOrAdmin,
    requireInForce: sessions.requireInForce,
    board,
    audit,
  });
