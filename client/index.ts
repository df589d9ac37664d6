import createClient from 'openapi-fetch';
import type { components, paths } from './schema';

type Schemas = components['schemas'];
export type Problem = Schemas['Problem'];
export type Task = Schemas['Task'];
export type User = Schemas['User'];

export type TaskfleetClient = ReturnType<typeof createTaskfleetClient>;

/** Creates an openapi-fetch client for this API. Call `setToken` after a log-in. */
export function createTaskfleetClient({ url, token }: { url: string; token?: string }) {
  let bearer = token;
  const client = createClient<paths>({
    baseUrl: url,
    // Sends a picture as it is, with the Content-Type of the call.
    bodySerializer: (body: unknown) => (body instanceof Blob ? body : JSON.stringify(body)),
  });
  client.use({
    onRequest({ request }) {
      if (bearer && !request.headers.has('Authorization'))
        request.headers.set('Authorization', `Bearer ${bearer}`);
      return request;
    },
  });
  return Object.assign(client, { setToken: (next: string | undefined) => void (bearer = next) });
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
