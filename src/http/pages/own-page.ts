import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { RequestHandler, Router } from 'express';
import { tagAsSent, tagOf } from '../../lib/version-tag';
import { isKnown } from '../routing/conditions';
import { countAs } from '../server/request-record';
import { answerOtherMethods } from '../routing/other-methods';

interface OwnPage {
  /** Where its files lie, which the build copies as they stand. */
  folder: string;
  /** Their names by the path that each is served at. */
  files: Record<string, string>;
  /** Directives of its policy that differ from those of all pages, or come in addition. */
  allows?: Record<string, string>;
  /** Puts into a file what is known only now. */
  fill?: (text: string) => string;
}

/** Everything comes from here: a page can't reach another host, nor be framed by one. */
const POLICY = {
  'default-src': "'none'",
  'script-src': "'self'",
  'style-src': "'self'",
  'img-src': "'self' data:",
  'connect-src': "'self'",
  'base-uri': "'none'",
  'form-action': "'none'",
  'frame-ancestors': "'none'",
};

/** A page of this API for people, and the files that it loads. */
export function servePage(
  router: Router,
  { folder, files, allows = {}, fill = (text) => text }: OwnPage,
): void {
  const policy = Object.entries({ ...POLICY, ...allows }).map(([name, sources]) => `${name} ${sources}`);
  const headers = {
    'Cache-Control': 'no-cache',
    'Content-Security-Policy': policy.join('; '),
    // Tokens are put into these pages: no window of another origin gets hold of them.
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Origin-Agent-Cluster': '?1',
  };
  for (const [place, name] of Object.entries(files)) {
    const text = fill(readFileSync(path.join(folder, name), 'utf8'));
    serveFile(router, place, { name, content: Buffer.from(text), tag: tagOf(text), headers });
  }
}

interface ServedFile {
  /** Its ending says its type. */
  name: string;
  content: Buffer;
  tag: string;
  headers: Record<string, string>;
}

/** A file that stays as it is while this process runs. */
export function serveFile(router: Router, place: string, { name, content, tag, headers }: ServedFile): void {
  // NGINX leaves pictures as they are.
  const size = path.extname(name) === '.png' ? 0 : content.length;
  serveToRead(router, place, (request, response) => {
    const known = isKnown(tag, request);
    response.set(headers).setHeader('ETag', tagAsSent(tag, size, request.headers));
    if (known) return void response.status(304).end();
    response.type(path.extname(name)).setHeader('Content-Length', content.length);
    response.end(content);
  });
}

export function serveToRead(router: Router, place: string, handler: RequestHandler): void {
  const entry = router.route(place);
  // The files of a page are counted as one route.
  entry.all(countAs(place.replace(/^(\/\w+\/).*/, '$1*')));
  entry.get(handler);
  answerOtherMethods(entry, ['GET', 'HEAD']);
}
