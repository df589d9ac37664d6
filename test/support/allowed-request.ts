import { resolverOf } from '../../contract/breaking-changes';
import type { ApiDocument } from '../../contract/document';
import type { Schema } from '../../contract/narrowed-schema';
import type { PlannedRequest } from './request-values';
import { pointer } from './schemas';

/** Checks whether the document allows a request: only declared parameters and bodies, all of them valid. */
export function createRequestCheck(
  document: ApiDocument,
  faultOf: (place: string, value: unknown) => string | undefined,
) {
  const resolve = resolverOf(document);
  return function isAllowed({ template, method, query, headers, body }: PlannedRequest, id: string): boolean {
    const verb = method === 'HEAD' ? 'get' : method.toLowerCase();
    const operation = document.paths[template]![verb] as unknown as Schema;
    const asked = [...new URLSearchParams(query)];
    const names = new Set(asked.map(([name]) => name));
    const declared = (operation.parameters ?? []) as unknown[];
    const values: Record<string, string | undefined> = {
      ...Object.fromEntries(asked),
      id,
      name: id,
      ...headers,
    };
    const areFine = declared.map(resolve).every((parameter, index) => {
      names.delete(String(parameter.name));
      const value = values[String(parameter.name)];
      if (value === undefined) return !parameter.required;
      const typed =
        resolve(parameter.schema).type === 'integer' && /^-?\d+$/.test(value) ? Number(value) : value;
      return !faultOf(pointer('paths', template, verb, 'parameters', String(index), 'schema'), typed);
    });
    if (!areFine || names.size > 0 || new Set(asked.map(([name]) => name)).size !== asked.length)
      return false;
    if (operation.requestBody === undefined || body === undefined) return body === undefined;
    const type = headers['Content-Type'] ?? '';
    const { content } = resolve(operation.requestBody) as { content: Record<string, unknown> };
    if (!(type in content)) return false;
    if (typeof body !== 'string') return true;
    try {
      return !faultOf(
        pointer('paths', template, verb, 'requestBody', 'content', type, 'schema'),
        JSON.parse(body),
      );
    } catch {
      return false;
    }
  };
}
