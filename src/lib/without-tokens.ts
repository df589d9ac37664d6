/** A token of a session, a password reset or a script. */
const TOKEN = /tf[prt]_\w[\w-]*/g;
/** A character, or its escape: `_`, `%5F`; also escaped again, as in a URL within a URL: `%255F`, `%25255F`. */
const CHARACTER = /%(?:25){0,3}([0-9a-f]{2})|[^]/gi;

const masked = (token: string) => `${token.slice(0, 4)}…`;

/** Finds tokens in the decoded text, which has one character for each piece of the text, and keeps all else as it is. */
function withoutEscapedTokens(text: string): string {
  const pieces = [...text.matchAll(CHARACTER)];
  const decoded = pieces
    .map(([piece, hex]) => (hex ? String.fromCharCode(parseInt(hex, 16)) : piece))
    .join('');
  let shown = '';
  let place = 0;
  const write = (end: number) => {
    for (; place < end; place += 1) shown += pieces[place]![0];
  };
  for (const { 0: token, index } of decoded.matchAll(TOKEN)) {
    write(index);
    shown += masked(token);
    place = index + token.length;
  }
  write(pieces.length);
  return shown;
}

/** Hides tokens, which some clients send in places that are logged or shown. The time grows with the text's length. */
export function withoutTokens(text: string): string {
  if (text.includes('%')) return withoutEscapedTokens(text);
  return text.includes('tf') ? text.replace(TOKEN, masked) : text;
}
