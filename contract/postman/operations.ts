import { apiDocument, type ApiDocument, type Operation } from '../document';

export interface Located extends Operation {
  method: string;
  /** With `{id}`. */
  path: string;
}

/** Replaces each reference by its target, since Postman does not support them. */
function resolved(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(resolved);
  if (typeof value !== 'object' || value === null) return value;
  if ('$ref' in value) return resolved(targetOf(String(value.$ref)));
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, resolved(part)]));
}

const targetOf = (ref: string) =>
  ref
    .split('/')
    .slice(1)
    .reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], apiDocument);

const { paths } = resolved(apiDocument) as ApiDocument;

/** Operations by operationId. */
export const operations = new Map(
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, Located] => [
      operation.operationId,
      { ...operation, method: method.toUpperCase(), path },
    ]),
  ),
);
