/** Each of these says in its own way that it has no connection: Redis' client, RabbitMQ's, MongoDB's. */
const UNCONNECTED =
  /ECONN|EPIPE|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|isn't writeable|is closed|closing|closed\b|not connected/i;
const LATE = /timed? ?out|ETIMEDOUT|no answer/i;

/** The servers that a URL names: all behind the last `@` of what may hold a password, to where a path begins. */
function hostsOf(url: string): string {
  const withoutScheme = url.replace(/^[\w+.-]+:\/\//, '');
  return withoutScheme.slice(withoutScheme.lastIndexOf('@') + 1).split(/[/?#]/, 1)[0]!;
}

/** Why a server could not be asked, for people; of its URL no more than the address. */
export function whyAway(error: Error, url: string): string {
  const { code } = error as { code?: unknown };
  // Of several addresses of a name Node tells an error without a message.
  const text = `${typeof code === 'string' ? code : ''} ${error.message}`;
  const found = /\bE[A-Z]{4,}\b/.exec(text)?.[0];
  if (LATE.test(text)) return `no answer from ${hostsOf(url)} in time`;
  if (UNCONNECTED.test(text)) return `no connection to ${hostsOf(url)}${found ? ` (${found})` : ''}`;
  return `${hostsOf(url)}: ${error.message}`;
}
