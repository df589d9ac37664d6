import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { UsageError } from '../../src/command-line/convention';
import type { BenchResults } from './result-types';

/** Something is wrong with a file or an argument: the text says what, and what to do. */
export class SavedResultsError extends UsageError {}

/** @throws SavedResultsError */
export function readResults(file: string): BenchResults {
  if (!existsSync(file)) throw new SavedResultsError(`There is no ${file}.`);
  const results = parse(file);
  const { format, raw, series, curves } = results;
  if (format !== 2) {
    const found = format === undefined ? 'no result of the bench' : `a result of format ${String(format)}`;
    throw new SavedResultsError(`${file} is ${found}; format 2 is needed: npm run bench makes one.`);
  }
  if (![raw, series, curves].every(Array.isArray)) throw new SavedResultsError(`${file} isn't complete.`);
  return results as BenchResults;
}

function parse(file: string): Partial<BenchResults> {
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) ?? {}) as Partial<BenchResults>;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new SavedResultsError(`${file} can't be read as JSON: ${error.message}`);
  }
}

/** The newest one with what is wanted, of the first folder that has any; files that can't be read are passed over. */
export function findNewest(folders: readonly string[], has: (results: BenchResults) => boolean) {
  for (const folder of folders.filter((name) => existsSync(name))) {
    const found = readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .flatMap((name) => readIfPossible(path.join(folder, name)))
      .filter(({ results }) => has(results))
      .sort((a, b) => b.results.startedAt.localeCompare(a.results.startedAt));
    if (found[0]) return found[0];
  }
  return undefined;
}

/** Files of an earlier format lie beside those of this one. */
function readIfPossible(file: string): { file: string; results: BenchResults }[] {
  try {
    return [{ file, results: readResults(file) }];
  } catch (error) {
    if (error instanceof SavedResultsError) return [];
    throw error;
  }
}
