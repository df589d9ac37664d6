import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { formatHtml } from '../reports/html';
import { formatMainChart } from '../reports/main-chart';
import { formatMarkdown } from '../reports/markdown';
import { KEPT_FOLDER, OWN_FOLDER } from './folders';
import type { BenchResults } from './result-types';

/** @returns the path of the files without `.json`, `.md` and `.html` */
export function saveResults(results: BenchResults): string {
  mkdirSync(OWN_FOLDER, { recursive: true });
  const base = path.join(OWN_FOLDER, results.startedAt.replaceAll(':', '-').replace(/\.\d+Z$/, 'Z'));
  writeFileSync(`${base}.json`, `${JSON.stringify(results, null, 2)}\n`);
  writeFileSync(`${base}.md`, formatMarkdown(results));
  writeFileSync(`${base}.html`, formatHtml(results));
  return base;
}

/** @returns where the copies are, likewise */
export function keepResults(base: string, results: BenchResults): string {
  mkdirSync(KEPT_FOLDER, { recursive: true });
  const kept = path.join(KEPT_FOLDER, keptName(results));
  for (const ending of ['.json', '.md', '.html']) copyFileSync(`${base}${ending}`, `${kept}${ending}`);
  // For the README.
  writeFileSync(`${kept}.svg`, formatMainChart(results));
  return kept;
}

/** Such as `2-cores-intel-xeon-2026-11-22`: results of one machine stand together. */
export function keptName({ machine, startedAt }: Pick<BenchResults, 'machine' | 'startedAt'>): string {
  const cpu = machine.cpu
    .replace(/\((R|TM)\)|@.*|\b(CPU|Processor)\b/gi, ' ')
    .toLowerCase()
    .match(/[a-z\d]+/g);
  return [`${machine.cores}-cores`, ...(cpu ?? []), startedAt.slice(0, 10)].join('-');
}
