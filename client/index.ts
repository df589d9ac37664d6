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

/**
 * Creates an openapi-fetch client for this API. Call `setTokens` after a log-in: the client then renews the tokens a
 * minute before they expire, once for all requests that wait. `setToken` sets a token that is never renewed.
 */
export function createTaskfleetClient({ url, token, onRenewal = () => {} }: ClientOptions) {
  let bearer = token;
  let tokens: Tokens | undefined;
  let renewal: Promise<void> | undefined;
  const setTokens = (next: Tokens | undefined) => {
    tokens = next;
    bearer = next?.token;
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
    onRenewal(data);
  }

  client.use({
    async onRequest({ request, schemaPath }) {
      if (request.headers.has('Authorization')) return request;
      const isDue = tokens && Date.parse(tokens.expiresAt) - Date.now() < RENEWED_BEFORE_MS;
      if (isDue && schemaPath !== RENEWAL)
        await (renewal ??= renew(tokens!)
          .catch(() => {})
          .finally(() => (renewal = undefined)));
      if (bearer) request.headers.set('Authorization', `Bearer ${bearer}`);
      return request;
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
