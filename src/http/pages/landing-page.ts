import { tagOf } from '../../lib/version-tag';
import { PROBLEMS } from '../../problems/catalogue';
import type { Reply } from '../routing/reply';
import { defineHiddenRoute, type Route } from '../routing/route';
import { createHash } from 'node:crypto';

const STYLE = `:root{color-scheme:light dark;background:Canvas;color:CanvasText}body{font:1.05rem/1.6 system-ui,sans-serif;max-width:38rem;margin:min(10vh,4rem) auto;padding:0 1.2rem}
h1{font-size:1.5rem;line-height:1.3}h2{font-size:1.15rem;margin-top:2rem}code{background:#8882;padding:.1em .35em;border-radius:.25em}small{font-size:.9em}footer{margin-top:2rem;border-top:1px solid #8885;opacity:.9}dt{font-weight:600;margin-top:1.2rem}dd{margin:0}
ul{padding-left:1.2rem}li{margin:.35rem 0}.state{padding:.5rem .9rem;border-left:.3rem solid #c33;background:#8882}.up{border-color:#2a4}`;
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

/** Allows only the style, by its hash, and the empty icon. */
export const PLAIN_PAGE_POLICY = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; img-src data:; form-action 'none'; frame-ancestors 'none'; base-uri 'none'`;

export const escapeHtml = (text: string) =>
  text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);

/**
 * Returns a self-contained page without scripts or other files. Send it with `PLAIN_PAGE_POLICY`.
 * @param title as plain text
 * @param main as HTML
 */
export const plainPage = (title: string, main: string) => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title><link rel="icon" href="data:,"><style>${STYLE}</style></head>
<body><main>${main}</main></body></html>`;

/** Links to everything else; `rel` is a relation from RFC 8631 or IANA's registry. */
const LINKS = [
  { rel: 'service-doc', href: '/docs/', type: 'text/html', title: 'API documentation and playground' },
  { rel: 'service-desc', href: '/openapi.json', type: 'application/json', title: 'OpenAPI document' },
  { rel: 'status', href: '/health/ready', type: 'application/json', title: 'Readiness probe' },
  { rel: 'related', href: '/ops', type: 'text/html', title: 'Live view of the workers (Admins only)' },
];

/** The links as a link set (RFC 9264, 4.2), from which clients discover APIs (RFC 9727). */
const linkSet = JSON.stringify({
  linkset: [
    {
      anchor: '/',
      ...Object.fromEntries(LINKS.map(({ rel, ...link }) => [rel, [link]])),
      help: Object.entries(PROBLEMS).map(([name, { title }]) => ({
        href: `/problems/${name}`,
        type: 'text/html',
        title,
      })),
    },
  ],
});

const linkHeader = LINKS.map(({ rel, href, type }) => `<${href}>; rel="${rel}"; type="${type}"`).join(', ');

const item = (href: string, text: string) => `<li><a href="${href}">${escapeHtml(text)}</a></li>`;

const pageOf = (state: string) =>
  plainPage(
    'taskfleet',
    `<h1>taskfleet</h1><p>A REST API for users and tasks.</p>${state}
<h2>Links</h2><ul>${LINKS.map(({ href, title }) => item(href, title)).join('\n')}</ul>
<h2>Problems</h2><p>What each error means, and what to do about it:</p>
<ul>${Object.entries(PROBLEMS)
      .map(([name, { status, title }]) => item(`/problems/${name}`, `${status} ${title}`))
      .join('\n')}</ul>`,
  );

/** A representation: the same body in two types is two of them, each with its own tag. */
const form = (type: string, content: string) => ({ type, content, tag: tagOf(`${type} ${content}`) });

const UP = form('text/html', pageOf('<p class="state up">The API is up.</p>'));
const DOWN = form('text/html', pageOf('<p class="state">The API is unavailable. Try again in a moment.</p>'));
/** In order of preference: the first is sent to clients that accept anything. */
const FORMS = [form('application/json', linkSet), form('application/linkset+json', linkSet), UP];

function replyIn({ type, content, tag }: typeof UP): Reply {
  const headers = {
    ETag: tag,
    'Cache-Control': 'no-cache',
    Link: linkHeader,
    ...(type === UP.type && { 'Content-Security-Policy': PLAIN_PAGE_POLICY }),
  };
  return { status: 200, headers, raw: { type: `${type}; charset=utf-8`, content } };
}

/**
 * Declares `GET /`: for browsers a page with the links and the state, for other clients the links as JSON. It reveals
 * no more of the state than `/health/ready`. The check is cached for a moment, so many requests ask MongoDB once.
 */
export const landingRoute = (health: { canServe: () => Promise<boolean> }): Route =>
  defineHiddenRoute({
    path: '/',
    offers: FORMS.map(({ type }) => type),
    handler: async ({ type }) => {
      const chosen = FORMS.find((one) => one.type === type)!;
      return replyIn(chosen === UP && !(await health.canServe()) ? DOWN : chosen);
    },
  });
