import { shortened } from '../../lib/shortened';
import { withoutTokens } from '../../lib/without-tokens';

/** Longest URL in the log, in characters; no request that the API serves needs half of it. */
const MOST = 1_000;
const SECRET =
  /token|jwt|passw|passphrase|pwd|secret|auth|bearer|cookie|credential|api[-_. +]?key|session|signature|\b(?:pass|code|key|otp|pin|sid|sig)["\]]?[=:]/i;

/** Decodes percent-encoding and keeps invalid escapes. */
const decoded = (text: string): string =>
  text.replace(/%([0-9a-f]{2})/gi, (_escape, hex: string) => String.fromCharCode(parseInt(hex, 16)));

/** Returns whether a secret name has a value: `token=`, `a[token]=`, also within an encoded URL or JSON. */
function hasSecret(part: string): boolean {
  // Twice, because a URL within a URL is encoded twice.
  const text = decoded(decoded(part));
  const at = text.search(SECRET);
  return at >= 0 && /[=:]/.test(text.slice(at));
}

/** Hides everything after the first `=`: a secret may contain `;`, `/` or `?`. */
const withoutSecret = (part: string): string =>
  hasSecret(part) ? `${part.slice(0, part.indexOf('=') + 1)}…` : part;

/**
 * Returns a URL for the log: at most 1,000 characters, with `…` for each value whose name suggests a secret. No route
 * takes a secret in its URL, but some clients send one there all the same.
 */
export function loggedUrl(url: string): string {
  // Cut first, so that the time is bounded however long the URL is.
  const known = withoutTokens(shortened(url, MOST));
  if (!known.includes('%') && !SECRET.test(known)) return known;
  const query = known.indexOf('?') + 1;
  if (query === 0) return withoutSecret(known);
  const parameters = known.slice(query).split('&').map(withoutSecret);
  return `${withoutSecret(known.slice(0, query - 1))}?${parameters.join('&')}`;
}
