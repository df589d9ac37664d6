import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { tagOf } from '../../lib/version-tag';
import { HTML, type Reply } from '../routing/reply';
import { defineHiddenRoute, type Route } from '../routing/route';

interface Page {
  /** Folder of the files. The build compiles the scripts and copies the rest. */
  folder: string;
  /** The name of each file, or its absolute path, by the path that it is served at. */
  files: Record<string, string>;
  /** Directives of its content security policy that differ from the common ones or are added to them. */
  allows?: Record<string, string>;
  /** Fills values that are known at the start into the text of a file. */
  fill?: (text: string) => string;
}

/** Keeps and renews tokens; pages that use it serve it beside their own scripts. */
export const SESSION_MODULE = path.join(__dirname, 'session', 'page', 'session.mjs');

/** Everything comes from this origin: a page can neither reach another host nor be framed by one. */
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

const TYPES: Record<string, string> = {
  '.html': HTML,
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
};

/** Declares the routes of a page for people and of the files that it loads. */
export function pageRoutes({ folder, files, allows = {}, fill = (text) => text }: Page): Route[] {
  const policy = Object.entries({ ...POLICY, ...allows }).map(([name, sources]) => `${name} ${sources}`);
  const headers = {
    'Cache-Control': 'no-cache',
    'Content-Security-Policy': policy.join('; '),
    // Users enter tokens into these pages: no window of another origin may get hold of them.
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Origin-Agent-Cluster': '?1',
  };
  return Object.entries(files).map(([place, name]) => {
    const text = fill(readPart(path.resolve(folder, name)));
    return fileRoute(place, name, text, { ...headers, ETag: tagOf(text) });
  });
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

/** Declares the route of a file that does not change while this process runs; the ending of its name gives its type. */
export function fileRoute(
  place: string,
  name: string,
  content: string | Buffer,
  headers: Record<string, string>,
): Route {
  const reply: Reply = { status: 200, headers, raw: { type: TYPES[path.extname(name)]!, content } };
  return defineHiddenRoute({
    path: place,
    // The files of a page are counted as one route.
    countedAs: place.replace(/^(\/\w+\/).*/, '$1*'),
    handler: async () => reply,
  });
}
