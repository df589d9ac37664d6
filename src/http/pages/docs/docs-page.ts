import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Router } from 'express';
import { serveFile, servePage, serveToRead } from '../own-page';

/** Files of swagger-ui-dist that the page loads; no other file of that package is served. */
const UI_FILES = ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png'];

/** Serves `GET /docs/`: the OpenAPI document as a page to read and to try. */
export function docsPage(): Router {
  const manifest = require.resolve('swagger-ui-dist/package.json');
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  // Strict, since the relative links of the page work only below /docs/.
  const router = Router({ strict: true });
  serveToRead(router, '/docs', (_request, response) => response.redirect(308, '/docs/'));
  servePage(router, {
    folder: path.join(__dirname, 'page'),
    files: { '/docs/': 'docs.html', '/docs/docs.css': 'docs.css', '/docs/docs.js': 'docs.mjs' },
    // blob: shows an avatar that the page fetched.
    allows: { 'style-src': "'self' 'unsafe-inline'", 'img-src': "'self' data: blob:" },
    // The version is in the URLs of files that browsers may cache forever.
    fill: (text) => text.replaceAll('{{version}}', version),
  });
  const headers = { 'Cache-Control': 'public, max-age=31536000, immutable' };
  for (const name of UI_FILES) {
    const content = readFileSync(path.join(path.dirname(manifest), name));
    serveFile(router, `/docs/${name}`, { name, content, tag: `"${version}"`, headers });
  }
  return router;
}
