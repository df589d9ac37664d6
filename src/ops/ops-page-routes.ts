import path from 'node:path';
import type { Router } from 'express';
import { servePage } from '../http/pages/own-page';

const MODULES = ['ops', 'dom', 'stream', 'workers', 'lanes', 'refusals', 'notices', 'jobs'];
const FILES = ['ops.css', ...MODULES.map((name) => `${name}.js`)];

/** `GET /ops` and the files that the page loads. */
export function opsPage(router: Router): void {
  servePage(router, {
    folder: path.join(__dirname, 'page'),
    files: { '/ops': 'ops.html', ...Object.fromEntries(FILES.map((name) => [`/ops/${name}`, name])) },
    // No text of anybody's can run: the page has an Admin's token.
    allows: { 'require-trusted-types-for': "'script'" },
  });
}
