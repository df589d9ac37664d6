import { readFileSync } from 'node:fs';
import path from 'node:path';

/** Of the software, from package.json; a build that lies elsewhere, for a trial, has none. */
export function readVersion(): string {
  try {
    const text = readFileSync(path.join(__dirname, '..', '..', 'package.json'), 'utf8');
    return (JSON.parse(text) as { version: string }).version;
  } catch {
    return 'unknown';
  }
}
