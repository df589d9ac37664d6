import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { UsageError } from '../../src/command-line/convention';
import type { BenchResults } from './result-types';

/** Thrown for a wrong file or argument; the message says what is wrong and what to do. */
export class SavedResultsError extends UsageError {}

/** @throws SavedResultsError */
export function readResults(file: string): BenchResults {
  if (!existsSync(file)) throw new SavedResultsError(`There is no ${file}.`);
  const results = parse(file);
  const { format, raw, series, curves } = results;
  if (format !== 2) {
    const found = format === undefined ? 'no result of the bench' : `a result of format ${String(format)}`;
    throw new SavedResultsError(
      `${file} is ${found}; format 2 is needed. Run npm run bench for a new result.`,
    );
  }
  if (![raw, series, curves].every(Array.isArray)) throw new SavedResultsError(`${file} is incomplete.`);
  return results as BenchResults;
}

function parse(file: string): Partial<BenchResults> {
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) ?? {}) as Partial<BenchResults>;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new SavedResultsError(`${file} is no valid JSON: ${error.message}`);
  }
}

/** Returns the newest wanted result of the first folder that has one. Skips files that it cannot read. */
export function findNewest(folders: readonly string[], isWanted: (results: BenchResults) => boolean) {
  for (const folder of folders.filter((name) => existsSync(name))) {
    const [newest] = readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .flatMap((name) => readIfPossible(path.join(folder, name)))
      .filter(({ results }) => isWanted(results))
      .sort((a, b) => b.results.startedAt.localeCompare(a.results.startedAt));
    if (newest) return newest;
  }
  return undefined;
}

function readIfPossible(file: string): { file: string; results: BenchResults }[] {
  try {
    return [{ file, results: readResults(file) }];
  } catch (error) {
    if (error instanceof SavedResultsError) return [];
    throw error;
  }
}
