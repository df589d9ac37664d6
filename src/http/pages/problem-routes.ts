import { z } from 'zod';
import { NotFoundError } from '../../problems/errors';
import { PROBLEMS } from '../../problems/catalogue';
import { escapeHtml, PLAIN_PAGE_POLICY, plainPage } from './landing-page';
import { HTML } from '../routing/reply';
import { defineRoute, type Route } from '../routing/route';

/** Names of fields and headers, set in code font. */
const NAMES =
  /\b(errors|detail|requestId|Retry-After|If-Match|ETag|Idempotency-Key|Allow|Accept|Content-\w+)\b/g;
const marked = (text: string) => escapeHtml(text).replace(NAMES, '<code>$1</code>');

function page(name: string): string {
  const problem = Object.entries(PROBLEMS).find(([key]) => key === name)?.[1];
  if (!problem) {
    throw new NotFoundError(`No such problem. Known: ${Object.keys(PROBLEMS).join(', ')}.`);
  }
  const { status, title, meaning, remedy } = problem;
  return plainPage(
    `${status} ${title}`,
    `<p><code>${status}</code> <code>${name}</code></p><h1>${escapeHtml(title)}</h1>
<dl><dt>What happened</dt><dd>${marked(meaning)}</dd><dt>What to do</dt><dd>${marked(remedy)}</dd></dl>
<footer><p><small>See <code>detail</code> in the body of the answer; its <code>requestId</code> identifies the request in the log.
See also the <a href="/docs/">API documentation</a>.</small></p></footer>`,
  );
}

/** Pages to which the `type` of a problem links. */
export const problemRoutes: Route[] = [
  defineRoute({
    id: 'getProblem',
    tag: 'Service',
    method: 'get',
    path: '/problems/:name',
    summary: 'Explain a problem type, as an HTML page',
    access: 'anyone',
    limit: 'none',
    params: z.strictObject({
      name: z
        .string()
        .regex(/^[a-z-]{1,40}$/, 'is not the name of a problem')
        .meta({ description: 'Last segment of a problem `type`.', example: 'not-found', maxLength: 40 }),
    }),
    responses: { 200: { description: 'HTML page', body: null, type: 'text/html' } },
    handler: async ({ params }) => ({
      status: 200,
      headers: { 'Content-Security-Policy': PLAIN_PAGE_POLICY, 'Cache-Control': 'public, max-age=3600' },
      raw: { type: HTML, content: page(params.name) },
    }),
  }),
];
