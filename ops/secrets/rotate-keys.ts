import { keyOf, MOST_KEYS, type Key } from '../../src/keys/key-list';
import { UserError, waitUntil } from '../../tools/command/run-command';
import { newSecret } from '../../tools/local-servers/secrets';
import { apiName } from '../stack/app-names';
import { apiStatusOf, socketOf } from '../stack/control';
import { keysFile, readKeysOf, withoutOld, writeKeys } from '../stack/token-keys';
import type { Stack, Tell } from '../stack/types';

/** Workers read the file twice a second; a host that is overloaded needs longer. */
const readMs = 60_000;
/** Added to the life of a token, since a worker may sign with the old key until it has read the new ones. */
const spareMs = 2 * readMs;

/** Adds a key that verifies; a step that was interrupted has added it before. */
export const withNext = ([current, ...rest]: Key[]): Key[] =>
  rest.some(({ isNext }) => isNext)
    ? [current!, ...rest]
    : [current!, keyOf(newSecret(), { isNext: true }), ...rest];

/**
 * Bounds a list at the number of keys that workers accept. The last keys are the oldest; if all tokens of before end now,
 * they can go.
 *
 * @throws UserError if they are needed
 */
export function withinBounds(keys: Key[], isNow: boolean): Key[] {
  if (keys.length <= MOST_KEYS || isNow) return keys.slice(0, MOST_KEYS);
  throw new UserError(
    `The file has ${MOST_KEYS} keys already, since keys of before are needed for IDEMPOTENCY_TTL_HOURS. Nothing was ` +
      'changed. Rotate less often, or end all tokens of before: npx taskfleet secrets rotate --now',
  );
}

/** Has the next key sign. @param until when the tokens of the key before end, at the latest */
export function withNextSigning([current, ...rest]: Key[], until: number): Key[] {
  const next = rest.find(({ isNext }) => isNext)!;
  const others = rest.filter((key) => key !== next);
  const end = (key: Key) => keyOf(key.secret, { until: Math.min(until, key.until ?? Infinity) });
  return [keyOf(next.secret), ...[current!, ...others].map(end)];
}

/** Asks the API workers that run for the ids of their keys; the others read the file when they start. */
async function askKeyIds(stack: Stack) {
  const { env } = stack.info();
  const runs = ({ status }: { status: string }) => status === 'online' || status === 'launching';
  const workers = (await stack.apps()).filter((app) => app.name === apiName && runs(app));
  return Promise.all(workers.map((worker) => apiStatusOf(socketOf(env, worker))));
}

/** @throws UserError if a worker would not notice a change of the file */
async function requireWatching(stack: Stack) {
  const blind = (await askKeyIds(stack)).find((status) => status && !status.keyIds);
  if (!blind) return;
  throw new UserError(
    `${blind.name} runs a version that knows one key only; nothing was changed. Run first: npx taskfleet reload`,
  );
}

/** Writes the keys, and returns when every API worker has read them. */
async function publish(stack: Stack, file: string, keys: Key[]) {
  writeKeys(file, keys);
  const wanted = keys.map(({ id }) => id).join();
  const hasEachRead = async () =>
    (await askKeyIds(stack)).every((status) => status?.keyIds?.join() === wanted);
  const what = `An API worker has not read ${file}. Run the same command again`;
  await waitUntil(hasEachRead, { timeoutMs: readMs, everyMs: 500, what });
}

/**
 * Replaces the key that signs the tokens, without a token that a worker refuses: first all workers learn the new key,
 * then it signs, and the old one verifies until its last token has ended. It can be interrupted and run again.
 *
 * @param options isNow: the tokens of the old keys end at once
 * @returns the ids of the new and the old key, and when the tokens of the old one end
 */
export async function rotateKeys(stack: Stack, { isNow, say }: Tell & { isNow: boolean }) {
  const { dir, env } = stack.info();
  const file = keysFile(dir);
  if (env.JWT_SECRETS_FILE !== file)
    throw new UserError(
      'The keys of the tokens are not those of this stack: JWT_SECRETS, JWT_SECRET or a file that one of them names ' +
        'holds them. docs/operations.md#rotate-secrets says how to rotate them by hand.',
    );
  await requireWatching(stack);
  const before = withinBounds(withNext(withoutOld(readKeysOf(file), env)), isNow);
  await publish(stack, file, before);
  say('every API worker accepts tokens of the new key');
  const lifeMs = (Number(env.JWT_TTL_SECONDS) || 3_600) * 1_000;
  const until = isNow ? Date.now() : Date.now() + lifeMs + spareMs;
  const after = withNextSigning(before, until);
  await publish(stack, file, after);
  say(`every API worker signs with the new key${isNow ? ' and refuses all tokens of before' : ''}`);
  return { signs: after[0]!.id, ends: before[0]!.id, until: new Date(until) };
}
