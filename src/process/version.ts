import { readFileSync } from 'node:fs';
import path from 'node:path';

/** Reads the version from package.json; 'unknown' for a trial build, which lies elsewhere. */
export function readVersion(): string {
  try {
    const text = readFileSync(path.join(__dirname, '..', '..', 'package.json'), 'utf8');
    return (JSON.parse(text) as { version: string }).version;
  } catch {
    return 'unknown';
  }
}
