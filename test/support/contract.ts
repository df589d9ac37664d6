import type { ApiDocument } from '../../contract/document';
import { createSchemas, pointer } from './schemas';

export interface SeenAnswer {
  method: string;
  /** The requested path: with ids, without the query. */
  path: string;
  status: number;
  type: string | undefined;
  /** The parsed value if the body is JSON, else its text. */
  body: unknown;
}

/** Statuses that NGINX and Node answer before a route is found. */
const FROM_BEFORE = new Set([400, 408, 414, 431, 501, 502, 503, 504, 505]);

/** Compares answers with the document. The check returns the fault, `undefined` if there is none. */
export function createContractCheck(document: ApiDocument) {
  const { faultOf } = createSchemas(document);
  const templates = Object.keys(document.paths)
    // A literal segment precedes a parameter: /users/login before /users/{id}.
    .sort((a, b) => a.split('{').length - b.split('{').length)
    .map((path) => ({ path, pattern: new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}/?$`, 'i') }));

  return function check({ method, path, status, type, body }: SeenAnswer): string | undefined {
    // The document has neither the pages nor the answers to NGINX and Prometheus; their refusals are problems.
    if (/^\/($|(docs|ops)(\/|$)|metrics(\/all)?$)/.test(path) && status < 400) return undefined;
    if (/^\/health\/(serving|ready\/details)$/.test(path)) return undefined;
    const template = templates.find(({ pattern }) => pattern.test(path))?.path;
    const verb = method === 'HEAD' ? 'get' : method.toLowerCase();
    const operation = template === undefined ? undefined : document.paths[template]![verb];
    const says = (fault: string) => `${method} ${path} ${status}: ${fault}`;
    const media = type?.split(';')[0];
    if (!operation || (operation.responses[status] === undefined && FROM_BEFORE.has(status))) {
      if (status === 204 && method === 'OPTIONS') return undefined;
      if (status < 400) return says('this operation is not documented');
      const fault =
        method === 'HEAD' ? undefined : faultOf(pointer('components', 'schemas', 'Problem'), body);
      return fault && says(fault);
    }
    const documented = operation.responses[status];
    if (!documented) return says('this status is not documented');
    const name = documented.$ref?.split('/').at(-1);
    const { content } = name ? document.components!.responses![name]! : documented;
    if (!content) return media && body ? says(`has a body of ${media}, and none is documented`) : undefined;
    if (!media || !content[media])
      return says(`is ${media ?? 'without a type'}, documented: ${Object.keys(content).join()}`);
    if (method === 'HEAD' || !media.endsWith('json')) return undefined;
    const place = name
      ? pointer('components', 'responses', name, 'content', media, 'schema')
      : pointer('paths', template!, verb, 'responses', String(status), 'content', media, 'schema');
    const fault = faultOf(place, body);
    return fault && says(fault);
  };
}
