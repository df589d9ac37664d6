import createClient from 'openapi-fetch';
import type { components, paths } from './schema';

type Schemas = components['schemas'];
export type Problem = Schemas['Problem'];
export type Task = Schemas['Task'];
export type User = Schemas['User'];

export type TaskfleetClient = ReturnType<typeof createTaskfleetClient>;

/** What a sign-up, a log-in and a renewal answer, without the user. */
export type Tokens = Pick<Schemas['Session'], 'token' | 'expiresAt' | 'refreshToken'>;

interface ClientOptions {
  url: string;
  token?: string;
  /** Keeps the tokens of a renewal; called without tokens once the session has ended. */
  onRenewal?: (tokens: Tokens | undefined) => void;
}

const RENEWED_BEFORE_MS = 60_000;
const RENEWAL = '/users/token';

const isDue = ({ expiresAt }: Tokens) => Date.parse(expiresAt) - Date.now() < RENEWED_BEFORE_MS;

/** Returns whether the token was refused, and so the request had no effect (RFC 6750, 3.1). */
const isRefused = ({ status, headers }: Response) =>
  status === 401 && (headers.get('WWW-Authenticate')?.includes('invalid_token') ?? false);

/**
 * Creates an openapi-fetch client for this API. Call `setTokens` after a log-in: the client then renews the tokens a
 * minute before they expire, or once they are refused, and sends a refused request again. Requests that wait share one
 * renewal. `setToken` sets a token that is never renewed.
 */
export function createTaskfleetClient({ url, token, onRenewal = () => {} }: ClientOptions) {
  let bearer = token;
  let tokens: Tokens | undefined;
  let renewal: Promise<void> | undefined;
  /** False if a new token seems to expire at once: the clock of this host is wrong, so only a refusal counts. */
  let trustsClock = true;
  /** Copies of requests, to send again with a renewed token. */
  const copies = new WeakMap<Request, Request>();
  const setTokens = (next: Tokens | undefined) => {
    tokens = next;
    bearer = next?.token;
    trustsClock = true;
  };
  const client = createClient<paths>({
    baseUrl: url,
    // Sends a picture as it is, with the Content-Type of the call.
    bodySerializer: (body: unknown) => (body instanceof Blob ? body : JSON.stringify(body)),
  });

  async function renew({ refreshToken }: Tokens): Promise<void> {
    const { data, response } = await client.POST(RENEWAL, { body: { refreshToken } });
    // Any other failure may be temporary: the token is still valid, and the next request tries again.
    if (!data && response.status !== 401) return;
    // Another log-in has set them meanwhile.
    if (tokens?.refreshToken !== refreshToken) return;
    setTokens(data);
    trustsClock = !data || !isDue(data);
    onRenewal(data);
  }

  /** Renews the tokens. Calls share a renewal that is under way. */
  const renewOnce = (): Promise<void> =>
    (renewal ??= renew(tokens!)
      .catch(() => {})
      .finally(() => (renewal = undefined)));

  client.use({
    async onRequest({ request, schemaPath }) {
      if (request.headers.has('Authorization') || schemaPath === RENEWAL) return request;
      if (tokens && trustsClock && isDue(tokens)) await renewOnce();
      if (tokens) copies.set(request, request.clone());
      if (bearer) request.headers.set('Authorization', `Bearer ${bearer}`);
      return request;
    },

    async onResponse({ request, response }) {
      const copy = copies.get(request);
      if (!copy || !isRefused(response)) return undefined;
      const sent = request.headers.get('Authorization');
      // Otherwise another request has renewed the tokens meanwhile.
      if (tokens && sent === `Bearer ${bearer}`) await renewOnce();
      if (!tokens || sent === `Bearer ${bearer}`) return undefined;
      await response.body?.cancel();
      copy.headers.set('Authorization', `Bearer ${bearer}`);
      return fetch(copy);
    },
  });

  return Object.assign(client, {
    setTokens,
    setToken(next: string | undefined) {
      tokens = undefined;
      bearer = next;
    },
  });
}

/** A problem (RFC 9457) that the API answered with. */
export class ProblemError extends Error {
  override name = 'ProblemError';

  constructor(
    readonly problem: Problem,
    readonly response: Response,
  ) {
    super(`${problem.status} ${problem.title}: ${problem.detail} (request ${problem.requestId})`);
  }
}

/**
 * Returns the data of an answer, for callers who prefer exceptions to checking `error`.
 * @throws ProblemError
 */
export async function dataOf<T>(
  answer: Promise<{ data?: T; error?: Problem; response: Response }>,
): Promise<T> {
  const { data, error, response } = await answer;
  if (error) throw new ProblemError(error, response);
  return data as T;
}

/** Returns the cursor of the next page of the same query; undefined on the last page. */
export function nextCursor({ headers }: Response): string | undefined {
  const [, next] = /<([^<>]+)>; rel="next"/.exec(headers.get('Link') ?? '') ?? [];
  return next && (new URL(next, 'http://localhost').searchParams.get('cursor') ?? undefined);
}
