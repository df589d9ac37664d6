import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { RequestHandler, Router } from 'express';
import { tagAsSent, tagOf } from '../../lib/version-tag';
import { isKnown } from '../routing/conditions';
import { countAs } from '../server/request-record';
import { answerOtherMethods } from '../routing/other-methods';

interface OwnPage {
  /** Folder of the files. The build compiles the scripts and copies the rest. */
  folder: string;
  /** File names by URL path. */
  files: Record<string, string>;
  /** Policy directives that replace or extend the common ones. */
  allows?: Record<string, string>;
  /** Fills in values that are known only at start-up. */
  fill?: (text: string) => string;
}

/** Allows own files only: a page can not reach another host, nor be framed by one. */
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

/** Serves an HTML page of the API and the files that it loads. */
export function servePage(
  router: Router,
  { folder, files, allows = {}, fill = (text) => text }: OwnPage,
): void {
  const policy = Object.entries({ ...POLICY, ...allows }).map(([name, sources]) => `${name} ${sources}`);
  const headers = {
    'Cache-Control': 'no-cache',
    'Content-Security-Policy': policy.join('; '),
    // Users enter tokens into these pages: no window of another origin may read them.
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Origin-Agent-Cluster': '?1',
  };
  for (const [place, name] of Object.entries(files)) {
    const text = fill(readPart(path.join(folder, name)));
    serveFile(router, place, { name, content: Buffer.from(text), tag: tagOf(text), headers });
  }
}

/** Reads a file of a page. A build has compiled its scripts; tests serve them from the sources. */
function readPart(file: string): string {
  const source = file.replace(/\.mjs$/, '.mts');
  if (source === file || existsSync(file))
    return readFileSync(file, 'utf8').replace(/^\/\/# sourceMappingURL=.*\n?/m, '');
  const swc = createRequire(__filename)('@swc/core') as typeof import('@swc/core');
  const jsc = { parser: { syntax: 'typescript' as const }, target: 'es2023' as const };
  return swc.transformSync(readFileSync(source, 'utf8'), { jsc }).code;
}

interface ServedFile {
  /** File name; its extension sets the type. */
  name: string;
  content: Buffer;
  tag: string;
  headers: Record<string, string>;
}

/** Serves a file that does not change while this process runs. */
export function serveFile(router: Router, place: string, { name, content, tag, headers }: ServedFile): void {
  // NGINX does not compress pictures.
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
