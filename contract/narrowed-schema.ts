import { isDeepStrictEqual } from 'node:util';

/** A JSON Schema in an OpenAPI 3.1 document. */
export type Schema = Record<string, unknown>;

/** A schema and the targets of its `$ref`s. */
export interface Side {
  schema: unknown;
  resolve: (node: unknown) => Schema;
}

const ANNOTATIONS = ['title', 'description', 'example', 'examples', 'default', 'deprecated', '$comment'];
const STRUCTURE = ['type', 'enum', 'const', 'properties', 'required', 'additionalProperties', 'items'];
const LOWER = ['minimum', 'exclusiveMinimum', 'minLength', 'minItems', 'minProperties'];
const UPPER = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems', 'maxProperties'];
const UNDERSTOOD = new Set([...ANNOTATIONS, ...STRUCTURE, ...LOWER, ...UPPER]);

const listed = (value: unknown): unknown[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value];
const valuesOf = (schema: Schema) =>
  'const' in schema ? [schema.const] : (schema.enum as unknown[] | undefined);
const propertiesOf = (schema: Schema) => (schema.properties ?? {}) as Record<string, unknown>;

/** Splits a schema into its alternatives, none of which has alternatives itself. */
export function alternativesOf({ schema, resolve }: Side): Schema[] {
  const { anyOf, oneOf, type, ...rest } = resolve(schema);
  const choices = (anyOf ?? oneOf) as unknown[] | undefined;
  if (!choices) return type === undefined ? [rest] : listed(type).map((one) => ({ ...rest, type: one }));
  return choices.flatMap((choice) => {
    const own = resolve(choice);
    const required = [...listed(rest.required), ...listed(own.required)];
    return alternativesOf({
      schema: { ...(type !== undefined && { type }), ...rest, ...own, required },
      resolve,
    });
  });
}

const fits = (from: Schema, to: Schema) =>
  to.type === undefined || from.type === to.type || (from.type === 'integer' && to.type === 'number');

/**
 * Describes, each with its place, which values of `from` are not values of `to`. For a request, `from` is the former
 * schema and `to` the current one; for an answer it is the other way round, and properties that clients do not know
 * yet do not count.
 */
export function narrowed(from: Side, to: Side, isAnswer: boolean, place = ''): string[] {
  const says = (what: string) => `${place || 'the whole'}: ${what}`;
  return alternativesOf(from).flatMap((source) => {
    const targets = alternativesOf(to).filter((target) => fits(source, target));
    if (targets.length === 0) {
      const type = (source.type as string | undefined) ?? 'any type';
      return [says(isAnswer ? `can be ${type} now` : `${type} is not taken any more`)];
    }
    return targets
      .map((target) => [
        ...faultsOf(source, target, isAnswer).map(says),
        ...faultsWithin({ ...from, schema: source }, { ...to, schema: target }, isAnswer, place),
      ])
      .reduce((best, one) => (one.length < best.length ? one : best));
  });
}

/** The names that a pattern of `commaSeparated` takes; `undefined` for any other pattern. */
const namesOf = (pattern: unknown) =>
  /^\^ \*\(\?:([^()]+)\) \*\(\?:, \*\(\?:\1\) \*\)\*\$$/.exec(String(pattern))?.[1]?.split('|');

/** Whether `to` takes every text that `from` takes, as far as two patterns can be compared. */
function isWithin(from: unknown, to: unknown): boolean {
  const [few, many] = [namesOf(from), namesOf(to)];
  return few && many ? few.every((name) => many.includes(name)) : from === to;
}

/** Returns the minimum that the schema allows for `limit`; required properties count into their number. */
const leastOf = (schema: Schema, limit: string) =>
  limit === 'minProperties'
    ? Math.max(Number(schema[limit] ?? 0), new Set(listed(schema.required)).size)
    : Number(schema[limit]);

/** Compares the keywords of the schema itself, without its parts. */
function faultsOf(from: Schema, to: Schema, isAnswer: boolean): string[] {
  const [before, now] = isAnswer ? [to, from] : [from, to];
  const kept = valuesOf(to);
  const ours = valuesOf(from);
  const lost = kept && (ours?.filter((value) => !kept.includes(value)) ?? ['any value']);
  // Fixed values need no limits.
  const names = ours ? [] : [...new Set(Object.keys(to))];
  const changed = names.filter((name) => {
    if (LOWER.includes(name)) return !(leastOf(from, name) >= leastOf(to, name));
    if (name === 'pattern') return !isWithin(from[name], to[name]);
    if (UPPER.includes(name)) return !(Number(from[name]) <= Number(to[name]));
    return !UNDERSTOOD.has(name) && !isDeepStrictEqual(from[name], to[name]);
  });
  const needed = listed(to.required).filter((name) => !listed(from.required).includes(name));
  const shown = (value: unknown) => JSON.stringify(value) ?? 'not limited';
  return [
    ...(lost ?? []).map(
      (value) => `${JSON.stringify(value)} ${isAnswer ? 'can come now' : 'is not taken any more'}`,
    ),
    ...changed.map((name) => `${name} was ${shown(before[name])} and is ${shown(now[name])}`),
    ...needed.map((name) => `${String(name)} ${isAnswer ? 'may be missing now' : 'is required now'}`),
    ...(!isAnswer &&
    from.additionalProperties !== false &&
    to.additionalProperties === false &&
    to.type === 'object'
      ? ['other properties are not taken any more']
      : []),
  ];
}

/** Compares properties and items. */
function faultsWithin(
  from: Side & { schema: Schema },
  to: Side & { schema: Schema },
  isAnswer: boolean,
  place: string,
) {
  const [before, now] = isAnswer ? [to.schema, from.schema] : [from.schema, to.schema];
  const at = (name: string) => (place ? `${place}.${name}` : name);
  const part = (name: string, a: unknown, b: unknown) =>
    narrowed({ ...from, schema: a }, { ...to, schema: b }, isAnswer, name);
  const properties = Object.keys(propertiesOf(before)).flatMap((name) =>
    name in propertiesOf(now)
      ? part(at(name), propertiesOf(from.schema)[name], propertiesOf(to.schema)[name])
      : [`${at(name)}: is not there any more`],
  );
  if (to.schema.items === undefined) return properties;
  return [...properties, ...part(`${place}[]`, from.schema.items ?? {}, to.schema.items)];
}
