import { readFileSync } from 'node:fs';
import path from 'node:path';
import { defineHiddenRoute, type Route } from '../../routing/route';
import { fileRoute, pageRoutes, SESSION_MODULE } from '../page-files';

/** The files of swagger-ui-dist that the page loads; nothing else of that package is served. */
const UI_FILES = ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png'];

/** Declares `GET /docs/`, the OpenAPI document as a page to read and to try. */
export function docsRoutes(): Route[] {
  const manifest = require.resolve('swagger-ui-dist/package.json');
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  const kept = { 'Cache-Control': 'public, max-age=31536000, immutable', ETag: `"${version}"` };
  return [
    // The relative links of the page need the final slash.
    defineHiddenRoute({
      path: '/docs',
      handler: async () => ({ status: 308, headers: { Location: '/docs/' } }),
    }),
    ...pageRoutes({
      folder: path.join(__dirname, 'page'),
      files: {
        '/docs/': 'docs.html',
        '/docs/docs.css': 'docs.css',
        '/docs/docs.js': 'docs.mjs',
        '/docs/session.mjs': SESSION_MODULE,
      },
      // blob: shows an avatar that the page fetched.
      allows: { 'style-src': "'self' 'unsafe-inline'", 'img-src': "'self' data: blob:" },
      // The version is in the URLs of files that browsers may cache forever.
      fill: (text) => text.replaceAll('{{version}}', version),
    }),
    ...UI_FILES.map((name) =>
      fileRoute(`/docs/${name}`, name, readFileSync(path.join(path.dirname(manifest), name)), kept),
    ),
  ];
}
