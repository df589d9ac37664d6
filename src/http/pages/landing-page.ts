import { Router } from 'express';
import type { Health } from '../../health/health';
import { PROBLEMS } from '../../problems/catalogue';
import { tagOf } from '../../lib/version-tag';
import { preferredType } from '../routing/negotiate';
import { serveToRead } from './own-page';
import { escapeHtml, PLAIN_PAGE_POLICY, plainPage } from './plain-page';
import { send } from '../routing/reply';

/** Links to everything else; `rel` is a relation of RFC 8631 or of IANA's registry. */
const LINKS = [
  { rel: 'service-doc', href: '/docs/', type: 'text/html', title: 'Documentation, to read and to try out' },
  { rel: 'service-desc', href: '/openapi.json', type: 'application/json', title: 'The OpenAPI document' },
  {
    rel: 'status',
    href: '/health/ready',
    type: 'application/json',
    title: 'The state of the API, for probes',
  },
  { rel: 'related', href: '/ops', type: 'text/html', title: 'The workers at work, live, for Admins' },
];

/** The links as a link set (RFC 9264, 4.2), by which clients discover APIs (RFC 9727). */
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
    `<h1>taskfleet</h1><p>An HTTP API for users and their tasks.</p>${state}
<h2>Where to go</h2><ul>${LINKS.map(({ href, title }) => item(href, title)).join('\n')}</ul>
<h2>Problems</h2><p>What an error means, and what to do about it:</p>
<ul>${Object.entries(PROBLEMS)
      .map(([name, { status, title }]) => item(`/problems/${name}`, `${status} ${title}`))
      .join('\n')}</ul>`,
  );

/** One body in two types is two representations: each has a tag of its own. */
const form = (type: string, content: string) => ({ type, content, tag: tagOf(`${type} ${content}`) });

const UP = form('text/html', pageOf('<p class="state up">It is up: requests are served.</p>'));
const DOWN = form(
  'text/html',
  pageOf('<p class="state">It cannot serve requests right now. Try again in a moment.</p>'),
);
/** In order of preference: the first is for clients that accept anything. */
const FORMS = [form('application/json', linkSet), form('application/linkset+json', linkSet), UP];
const OFFERED = FORMS.map(({ type }) => type);

/**
 * `GET /`: for a browser a page that says what this is and whether it is up, for a client the same links as JSON.
 * It says no more of the state than `/health/ready`. The check is kept for a moment: many requests ask MongoDB once.
 */
export function landingPage(health: Pick<Health, 'canServe'>): Router {
  const router = Router({ caseSensitive: true, strict: true });
  serveToRead(router, '/', async (request, response) => {
    response.vary('Accept');
    const chosen = FORMS[OFFERED.indexOf(preferredType(OFFERED, request))]!;
    const isPage = chosen === UP;
    const { type, content, tag } = isPage && !(await health.canServe()) ? DOWN : chosen;
    const headers = {
      ETag: tag,
      'Cache-Control': 'no-cache',
      Link: linkHeader,
      ...(isPage && { 'Content-Security-Policy': PLAIN_PAGE_POLICY }),
    };
    await send({ status: 200, headers, text: { type, content } }, request, response);
  });
  return router;
}
