import type { Audit } from '../audit/audit';
import type { Mongo } from '../infra/mongo/mongo';
import type { NoticeBoard } from '../notices/notice-board';
import type { UserRepository } from '../users/user-repository';
import type { ScriptTokenRepository } from './script-token-repository';
import { createScriptTokenService } from './script-token-service';

type ServiceDeps = Parameters<typeof createScriptTokenService>[0];

interface ScriptTokensDeps {
  store: {
    mongo: Pick<Mongo, 'transaction'>;
    users: Pick<UserRepository, 'hold'>;
    scriptTokens: ScriptTokenRepository;
  };
  board: NoticeBoard;
  audit: Audit;
}

export const composeScriptTokens = (
  { store: { mongo, users, scriptTokens }, board, audit }: ScriptTokensDeps,
  requireSelfOrAdmin: ServiceDeps['requireSelfOrAdmin'],
) =>
  createScriptTokenService({
    scriptTokens,
    transaction: mongo.transaction,
    holdUser: users.hold,
    requireSelfOrAdmin,
    board,
    audit,
  });
