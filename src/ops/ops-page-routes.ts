import path from 'node:path';
import type { Router } from 'express';
import { servePage } from '../http/pages/own-page';

const MODULES = ['dom', 'stream', 'workers', 'lanes', 'refusals', 'notices', 'jobs'];

/** Serves `GET /ops` and the files that the page loads. */
export function opsPage(router: Router): void {
  servePage(router, {
    folder: path.join(__dirname, 'page'),
    files: {
      '/ops': 'ops.html',
      '/ops/ops.css': 'ops.css',
      '/ops/ops.js': 'ops.mjs',
      ...Object.fromEntries(MODULES.map((name) => [`/ops/${name}.mjs`, `${name}.mjs`])),
    },
    // The page holds an Admin's token: no text that users wrote may run as a script.
    allows: { 'require-trusted-types-for': "'script'" },
  });
}
