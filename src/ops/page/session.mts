import { ask } from './stream.mjs';

/** What a log-in and a renewal answer. */
export interface Tokens {
  token: string;
  refreshToken: string;
  expiresAt: string;
}

/** Key of the tokens in sessionStorage, which keeps them for this tab until it is closed. */
const KEY = 'taskfleet-ops-session';
const RENEWED_BEFORE_MS = 60_000;

let tokens = JSON.parse(sessionStorage.getItem(KEY) ?? 'null') as Tokens | null;
let renewal: Promise<void> | undefined;

export const isLoggedIn = () => tokens !== null;

/** Keeps the tokens of a log-in; null forgets them. */
export function keep(next: Tokens | null): void {
  tokens = next;
  if (next) sessionStorage.setItem(KEY, JSON.stringify(next));
  else sessionStorage.removeItem(KEY);
}

async function renew({ refreshToken }: Tokens): Promise<void> {
  const reply = await ask<Tokens>('POST', '/users/token', { body: { refreshToken } });
  // Not if the user has logged out meanwhile. After a refusal the token itself is refused soon.
  if (!reply.body || tokens?.refreshToken !== refreshToken) return;
  const { token, expiresAt } = reply.body;
  keep({ token, expiresAt, refreshToken: reply.body.refreshToken });
}

/** Returns the token of the session, renewed if it expires within a minute; null after a log-out. */
export async function currentToken(): Promise<string | null> {
  if (tokens && Date.parse(tokens.expiresAt) - Date.now() < RENEWED_BEFORE_MS)
    await (renewal ??= renew(tokens)
      .catch(() => {})
      .finally(() => (renewal = undefined)));
  return tokens?.token ?? null;
}
