import { randomBytes } from 'node:crypto';
import { createTokenService } from '../../../src/auth/token-service';
import { fixedKeys } from '../../../src/keys/key-ring';
import type { Progress } from '../../../tools/command/progress';
import { readKeysOf } from '../../stack/token-keys';
import { prepareLoad } from '../load';
import { withOwnStack } from '../own-stack';
import { failures } from './failures';
import { logIns } from './log-in-times';
import { logOuts } from './log-outs';
import type { Part } from './part';
import { renewals } from './renewals';
import { scriptTokens } from './script-tokens';

export const parts: Record<string, Part> = {
  failures,
  renewals,
  'log-outs': logOuts,
  'script-tokens': scriptTokens,
  'log-ins': logIns,
};

const env = {
  RATE_LIMIT: '0',
  LOGIN_ATTEMPTS: '10000',
  // That of production: log-ins are timed.
  BCRYPT_COST: '10',
};

/**
 * Measures what log-outs and tokens of scripts cost, whether log-outs and renewals count everywhere in time, and whether
 * the time of a log-in reveals names.
 *
 * @param only names of parts
 * @returns the promises that did not hold
 */
export function drillSessions(progress: Progress, { only }: { only: string[] }) {
  const chosen = only.map((name) => parts[name]!);
  let apiWorkers = chosen[0]!.apiWorkers;
  return withOwnStack(progress, { apiWorkers, env }, async ({ stack, faults, ...account }) => {
    const { userId, path, headers } = await prepareLoad(account);
    const keys = fixedKeys(readKeysOf(stack.info().env.JWT_SECRETS_FILE ?? ''));
    const tokens = createTokenService({ keys, ttlSeconds: 3_600 });
    const newTokens = (number: number) =>
      Array.from({ length: number }, () =>
        tokens.issue({ id: userId, role: 'Admin', sessionId: randomBytes(12).toString('hex') }),
      );
    const read = { method: 'GET', path, headers } as const;
    const context = { progress, stack, account, url: account.url, faults, read, userId, newTokens };
    for (const part of chosen) {
      if (part.apiWorkers !== apiWorkers)
        await stack.scaleUnderLoad((apiWorkers = part.apiWorkers), () => {});
      await part.measure(context);
    }
  });
}
