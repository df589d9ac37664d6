import { pointer } from './schemas';

interface Example {
  place: string;
  schema: string;
  example: unknown;
}

/** Every example of a document, with the pointer to its schema. */
export function examplesOf(node: unknown, path: string[] = []): Example[] {
  if (typeof node !== 'object' || node === null || path.at(-1) === 'example') return [];
  const own = node as Record<string, unknown>;
  const schema = 'schema' in own ? [...path, 'schema'] : path;
  const found =
    'example' in own ? [{ place: path.join('/'), schema: pointer(...schema), example: own.example }] : [];
  return [...found, ...Object.entries(own).flatMap(([name, value]) => examplesOf(value, [...path, name]))];
}
