import { splitUrls } from './url-list';

/** The hosts of one URL or several, without credentials. */
export const addressOf = (urls: string): string => splitUrls(urls).map(hostsOf).join(', ');

/** From after the last `@`, since a password may hold others, to the path. */
function hostsOf(url: string): string {
  const withoutScheme = url.replace(/^[\w+.-]+:\/\//, '');
  return withoutScheme.slice(withoutScheme.lastIndexOf('@') + 1).split(/[/?#]/, 1)[0]!;
}

const VARIABLES = { MongoDB: 'MONGO_URL', RabbitMQ: 'AMQP_URL' };

/** How the clients of Redis, RabbitMQ and MongoDB say that they have no connection. */
const UNCONNECTED =
  /ECONN|EPIPE|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|isn't writeable|is closed|closing|closed\b|not connected/i;
const LATE = /timed? ?out|ETIMEDOUT|no answer/i;
/** How servers refuse a login. */
const LOGIN = /\b(WRONGPASS|NOAUTH|ACCESS[-_]REFUSED|Authentication failed)/i;

/** First line of why it failed. Node reports a refused connection in parts, and drivers are wordy. */
export function reasonOf(problem: unknown): string {
  const { message, errors } = problem as AggregateError;
  const [first] = (errors ?? []) as Error[];
  return (message || first?.message || String(problem)).split('\n')[0]!;
}

/** Returns whether a server refuses the name or password, in its words or in those of `whyAway`. */
export const isLoginRefused = ({ message }: Error): boolean => LOGIN.test(message);

/** Returns whether it is a server that did not answer in time. */
export const isLate = (error: Error): boolean => LATE.test(textOf(error));

/** For a name with several addresses Node's error has a code but no message. */
function textOf(error: Error): string {
  const { code } = error as { code?: unknown };
  return `${typeof code === 'string' ? code : ''} ${error.message}`;
}

/** None of several servers answers. Its message gives the reason and the address of each. */
export class ServersAwayError extends Error {
  constructor(reasons: string[]) {
    super(reasons.join('; '));
  }
}

/** Explains why a server did not answer, with no more of its URL than the address. */
export function whyAway(error: Error, url: string): string {
  if (error instanceof ServersAwayError) return error.message;
  const [, refusal] = LOGIN.exec(error.message) ?? [];
  if (refusal) return `wrong or missing password for ${addressOf(url)} (${refusal})`;
  const text = textOf(error);
  const found = /\bE[A-Z]{4,}\b/.exec(text)?.[0];
  if (LATE.test(text)) return `no answer from ${addressOf(url)} in time`;
  if (UNCONNECTED.test(text)) return `no connection to ${addressOf(url)}${found ? ` (${found})` : ''}`;
  return `${addressOf(url)}: ${error.message}`;
}

export const noAnswerIn = (ms: number) => () => new Error(`no answer within ${ms / 1_000} s`);

/** States which server cannot be reached, at which address, and what to do. */
export class ServerAwayError extends Error {
  constructor(server: keyof typeof VARIABLES, url: string, cause: unknown) {
    super(
      `${server} at ${addressOf(url)} cannot be reached: ${reasonOf(cause)}
If npx taskfleet start runs it, run npx taskfleet doctor. Otherwise check ${VARIABLES[server]}.`,
      { cause },
    );
  }
}
