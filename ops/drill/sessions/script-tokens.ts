import { post } from '../../../tools/kit/people';
import { compareReads } from '../compare-reads';
import type { Part, PartContext } from './part';

const rounds = 15;
/** Promise: cached reads with the token of a script, as a share of those with a JWT. */
const leastShare = 0.97;

/** Compares cached reads with the token of a script with those with the token of a log-in. */
async function measure({ progress, url, faults, read, userId }: PartContext) {
  const script = {
    name: 'Drill',
    access: 'read',
    expiresAt: new Date(Date.now() + 86_400_000).toISOString(),
  };
  const { token } = await post<{ token: string }>(`${url}/users/${userId}/tokens`, script, read.headers);
  const withScriptToken = { ...read, headers: { authorization: `Bearer ${token}` } };
  await compareReads(progress, {
    ways: [
      { name: 'JWT', url, request: read },
      { name: 'script token', url, request: withScriptToken },
    ],
    rounds,
    leastShare,
    faults,
  });
}

export const scriptTokens: Part = { apiWorkers: 2, measure };
