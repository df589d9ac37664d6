import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { root } from '../../tools/command/root';
import { readResults, SavedResultsError } from '../store/read-results';
import { constantsSchema, type Constants } from './constants-schema';
import { constantsFrom } from './from-results';

/** The constants that are kept in git, each with its source. */
const CONSTANTS_FILE = path.join(root, 'bench', 'plan', 'constants.json');

type Json = Record<string, unknown>;

const OWN = 'own';
const ownSource = (file: string) => ({
  command: `given by ${path.basename(file)}`,
  date: statSync(file).mtime.toISOString().slice(0, 10),
  machine: 'as given',
});

export const keptConstants = (): Constants => check(parse(CONSTANTS_FILE), CONSTANTS_FILE);

/**
 * Returns the kept constants with those of a file in their place: a result of the bench, or JSON of the shape of
 * `constants.json` with the wanted figures alone.
 * @throws SavedResultsError
 */
export function readConstants(file: string): Constants {
  if (!existsSync(file)) throw new SavedResultsError(`There is no ${file}.`);
  const given = parse(file);
  const own =
    'format' in given || 'series' in given
      ? constantsFrom(readResults(file), path.basename(file))
      : { ...given, sources: { ...(isObject(given.sources) && given.sources), [OWN]: ownSource(file) } };
  return check(merge(parse(CONSTANTS_FILE), own) as Json, file);
}

/** Requests of a file need not be among the kept ones, so they are whole or rest on those. */
function check(constants: Json, file: string): Constants {
  const { success, data, error } = constantsSchema.safeParse(constants);
  if (!success) {
    const [{ path: at = [], message = '' } = {}] = error.issues;
    throw new SavedResultsError(`${file}: ${at.join('.') || 'the file'}: ${message}.`);
  }
  const missing = sourcesIn(data).find((name) => !Object.hasOwn(data.sources, name));
  if (missing !== undefined) throw new SavedResultsError(`${file}: sources has no "${missing}".`);
  return data;
}

/** Returns the names of all sources that stand beside figures. */
export function sourcesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, one]) =>
    key === 'source' && typeof one === 'string' ? [one] : sourcesIn(one),
  );
}

function parse(file: string): Json {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (isObject(value)) return value;
    throw new SavedResultsError(`${file} must hold an object.`);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new SavedResultsError(`${file} is no valid JSON: ${error.message}`);
  }
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Figures without a source get that of their file, and the figures beside them in the same group as well. */
function merge(kept: unknown, own: unknown): unknown {
  if (!isObject(kept) || !isObject(own)) return own;
  const merged = Object.keys({ ...kept, ...own }).map(
    (key) => [key, key in own ? merge(kept[key], own[key]) : kept[key]] as const,
  );
  return { ...Object.fromEntries(merged), ...('source' in kept && !('source' in own) && { source: OWN }) };
}
