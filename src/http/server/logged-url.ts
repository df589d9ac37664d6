import { shortened } from '../../lib/shortened';

/** Longest address in the log, in characters: no request that the API serves needs half of it. */
const MOST = 1_000;
const SECRET =
  /token|jwt|passw|passphrase|pwd|secret|auth|bearer|cookie|credential|api[-_. +]?key|session|signature|\b(?:pass|code|key|otp|pin|sid|sig)["\]]?[=:]/i;

/** Decodes as a server might; what is no valid escape stays as it is. */
const decoded = (text: string): string =>
  text.replace(/%([0-9a-f]{2})/gi, (_escape, hex: string) => String.fromCharCode(parseInt(hex, 16)));

/** Whether a name that means a secret has a value: `token=`, `a[token]=`, or within an encoded address or JSON. */
function hasSecret(part: string): boolean {
  // Twice: an address within an address is encoded twice.
  const text = decoded(decoded(part));
  const at = text.search(SECRET);
  return at >= 0 && /[=:]/.test(text.slice(at));
}

/** Hides all behind the first `=`: a secret may hold `;`, `/` or `?`, so these do not end it. */
const withoutSecret = (part: string): string =>
  hasSecret(part) ? `${part.slice(0, part.indexOf('=') + 1)}…` : part;

/**
 * An address for the log: at most 1,000 characters of it, and `…` for each value that its name says is secret.
 * Nothing here takes a secret in its address, but some clients send it there all the same.
 */
export function loggedUrl(url: string): string {
  // Cut before anything looks at it: the time is bounded, however long the address is.
  const known = shortened(url, MOST);
  if (!known.includes('%') && !SECRET.test(known)) return known;
  const query = known.indexOf('?') + 1;
  if (query === 0) return withoutSecret(known);
  const parameters = known.slice(query).split('&').map(withoutSecret);
  return `${withoutSecret(known.slice(0, query - 1))}?${parameters.join('&')}`;
}
