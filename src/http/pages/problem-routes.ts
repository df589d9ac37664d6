import { z } from 'zod';
import { NotFoundError } from '../../problems/errors';
import { PROBLEMS } from '../../problems/catalogue';
import { escapeHtml, PLAIN_PAGE_POLICY, plainPage } from './plain-page';
import { defineRoute, type Route } from '../routing/route';

/** What the text calls by its name in the answer or the request. */
const NAMES =
  /\b(errors|detail|requestId|Retry-After|If-Match|ETag|Idempotency-Key|Allow|Accept|Content-\w+)\b/g;
const marked = (text: string) => escapeHtml(text).replace(NAMES, '<code>$1</code>');

function page(name: string): string {
  const problem = Object.entries(PROBLEMS).find(([key]) => key === name)?.[1];
  if (!problem) {
    throw new NotFoundError(`There is no such problem; there are ${Object.keys(PROBLEMS).join(', ')}.`);
  }
  const { status, title, meaning, remedy } = problem;
  return plainPage(
    `${status} ${title}`,
    `<p><code>${status}</code> <code>${name}</code></p><h1>${escapeHtml(title)}</h1>
<dl><dt>What happened</dt><dd>${marked(meaning)}</dd><dt>What to do</dt><dd>${marked(remedy)}</dd></dl>
<footer><p><small>The body of the answer says more in <code>detail</code>; its <code>requestId</code> finds the request in the log.
See the <a href="/docs/">documentation of the API</a>.</small></p></footer>`,
  );
}

/** What the `type` of a problem leads to. */
export const problemRoutes: Route[] = [
  defineRoute({
    id: 'getProblem',
    tag: 'Service',
    method: 'get',
    path: '/problems/:name',
    summary: 'What a problem means and what to do, as a page for people',
    access: 'anyone',
    limit: 'none',
    params: z.strictObject({
      name: z
        .string()
        .regex(/^[a-z-]{1,40}$/, 'is not the name of a problem')
        .meta({ description: 'The last part of a `type`.', example: 'not-found', maxLength: 40 }),
    }),
    responses: { 200: { description: 'A page', body: null, type: 'text/html' } },
    handler: async ({ params }) => ({
      status: 200,
      headers: { 'Content-Security-Policy': PLAIN_PAGE_POLICY, 'Cache-Control': 'public, max-age=3600' },
      text: { type: 'text/html', content: page(params.name) },
    }),
  }),
];
