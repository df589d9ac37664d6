import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Router } from 'express';
import { answerOtherMethods } from '../http/other-methods';
import { tagOf } from '../version-tag';

/** Everything comes from here, and no text of anybody's can run: the page has an Admin's token. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

const TYPES: Record<string, string> = { '.html': 'text/html', '.css': 'text/css', '.js': 'text/javascript' };
const FILES = ['ops.css', 'ops.js', 'dom.js', 'stream.js', 'workers.js', 'jobs.js'];

/** `GET /ops` and the files that the page loads. */
export function opsPage(router: Router): void {
  for (const [place, name] of [['/ops', 'ops.html'], ...FILES.map((file) => [`/ops/${file}`, file])]) {
    const content = readFileSync(path.join(__dirname, 'page', name!), 'utf8');
    const headers = {
      ETag: tagOf(content),
      'Cache-Control': 'no-cache',
      'Content-Security-Policy': POLICY,
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Origin-Agent-Cluster': '?1',
    };
    const entry = router.route(place!);
    entry.get(
      (_request, response) => void response.set(headers).type(TYPES[path.extname(name!)]!).send(content),
    );
    answerOtherMethods(entry, ['GET', 'HEAD']);
  }
}
