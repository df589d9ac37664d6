import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Router, type RequestHandler } from 'express';
import { tagOf } from '../version-tag';
import { ownFiles, UI_FILES } from './docs-files';
import { answerOtherMethods } from './other-methods';

/** Everything comes from here: the page can't reach another host, nor be framed by one. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  // blob: an avatar that was asked for in the page.
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** `GET /docs/`: the OpenAPI document as a page to read and to try. */
export function docsPage(): Router {
  const manifest = require.resolve('swagger-ui-dist/package.json');
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  // Strict: the page's relative links hold below /docs/ alone.
  const router = Router({ strict: true });
  const serve = (place: string, handler: RequestHandler) => {
    const entry = router.route(place);
    entry.get(handler);
    answerOtherMethods(entry, ['GET', 'HEAD']);
  };
  serve('/docs', (_request, response) => response.redirect(308, '/docs/'));
  for (const [name, { type, content }] of Object.entries(ownFiles(version))) {
    const headers = {
      ETag: tagOf(content),
      'Cache-Control': 'no-cache',
      'Content-Security-Policy': POLICY,
      // Tokens are put into this page: no window of another origin gets hold of it.
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Origin-Agent-Cluster': '?1',
    };
    serve(`/docs/${name}`, (_request, response) => response.set(headers).type(type).send(content));
  }
  const root = path.dirname(manifest);
  const options = { root, maxAge: '1y', immutable: true, lastModified: false, acceptRanges: false };
  for (const name of UI_FILES) {
    // One tag on every machine: a file's time, which Express would take, is that of its installation.
    serve(`/docs/${name}`, (_request, response) =>
      response.set('ETag', `"${version}"`).sendFile(name, options),
    );
  }
  return router;
}
