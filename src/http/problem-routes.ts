import { createHash } from 'node:crypto';
import { z } from 'zod';
import { NotFoundError } from '../errors';
import { PROBLEMS } from '../problems';
import { defineRoute, type Route } from './route';

const STYLE = `:root{color-scheme:light dark}body{font:1.05rem/1.6 system-ui,sans-serif;max-width:38rem;margin:min(10vh,4rem) auto;padding:0 1.2rem}
h1{font-size:1.5rem;line-height:1.3}code{background:#8882;padding:.1em .35em;border-radius:.25em}small{font-size:.9em}footer{margin-top:2rem;border-top:1px solid #8885;opacity:.9}dt{font-weight:600;margin-top:1.2rem}dd{margin:0}`;
// The page needs nothing but its own style: allowed by its hash, everything else stays shut.
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');
const POLICY = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; frame-ancestors 'none'; base-uri 'none'`;

const escape = (text: string) => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);

/** What the text calls by its name in the answer or the request. */
const NAMES =
  /\b(errors|detail|requestId|Retry-After|If-Match|ETag|Idempotency-Key|Allow|Accept|Content-\w+)\b/g;
const marked = (text: string) => escape(text).replace(NAMES, '<code>$1</code>');

function page(name: string): string {
  const problem = Object.entries(PROBLEMS).find(([key]) => key === name)?.[1];
  if (!problem) {
    throw new NotFoundError(`There is no such problem; there are ${Object.keys(PROBLEMS).join(', ')}.`);
  }
  const { status, title, meaning, remedy } = problem;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${status} ${escape(title)}</title><style>${STYLE}</style></head>
<body><main><p><code>${status}</code> <code>${name}</code></p><h1>${escape(title)}</h1>
<dl><dt>What happened</dt><dd>${marked(meaning)}</dd><dt>What to do</dt><dd>${marked(remedy)}</dd></dl>
<footer><p><small>The body of the answer says more in <code>detail</code>; its <code>requestId</code> finds the request in the log.
See the <a href="/docs/">documentation of the API</a>.</small></p></footer></main></body></html>`;
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
      headers: { 'Content-Security-Policy': POLICY, 'Cache-Control': 'public, max-age=3600' },
      text: { type: 'text/html', content: page(params.name) },
    }),
  }),
];
