import { narrowed, type Schema } from './narrowed-schema';

type Node = Record<string, unknown>;

/** The compared parts of an OpenAPI document. */
export interface Contract {
  info: { version: string };
  paths: Record<string, unknown>;
}

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];

/** Follows references within a document; keywords beside a reference count too (OpenAPI 3.1). */
export const resolverOf = (document: unknown) =>
  function resolve(node: unknown): Schema {
    const { $ref, ...beside } = (node ?? {}) as Node;
    if (typeof $ref !== 'string') return beside;
    const names = $ref
      .slice(2)
      .split('/')
      .map((name) => decodeURIComponent(name).replaceAll('~1', '/').replaceAll('~0', '~'));
    const target = names.reduce((within, name) => (within as Node)[name], document);
    return { ...resolve(target), ...beside };
  };

const entries = (node: unknown) => Object.entries((node ?? {}) as Record<string, Node>);

/**
 * Returns the changes that break clients made for the first document, each with its place. Empty if the API still
 * accepts all that they send, and answers with nothing that they do not know.
 */
export function breakingChanges(before: Contract, now: Contract): string[] {
  const was = resolverOf(before);
  const is = resolverOf(now);
  const faults = entries(before.paths).flatMap(([path, item]) =>
    METHODS.filter((method) => method in item).flatMap((method) => {
      const says = (fault: string) => `${method.toUpperCase()} ${path} ${fault}`;
      const present = (now.paths[path] as Node | undefined)?.[method];
      return (present === undefined ? ['is not there any more'] : ofOperation(item[method], present)).map(
        says,
      );
    }),
  );
  return [...new Set(faults)];

  function ofOperation(old: unknown, present: unknown): string[] {
    const [a, b] = [was(old), is(present)];
    return [
      ...(a.operationId === b.operationId
        ? []
        : [`operationId was ${String(a.operationId)}, is ${String(b.operationId)}`]),
      ...(allowsAll(a.security, b.security) ? [] : ['security: is stricter']),
      ...ofParameters(a, b),
      ...ofBody(a, b),
      ...ofResponses(a, b),
    ];
  }

  function ofParameters(a: Schema, b: Schema): string[] {
    const known = parametersOf(a, was);
    const taken = parametersOf(b, is);
    const added = [...taken].filter(([name, { required }]) => required && !known.has(name));
    return [
      ...added.map(([name]) => `${name}: is required now`),
      ...[...known].flatMap(([name, parameter]) => {
        const present = taken.get(name);
        if (!present) return [`${name}: is not there any more`];
        const isRequired = present.required && !parameter.required ? [`${name}: is required now`] : [];
        const from = { schema: parameter.schema, resolve: was };
        return [...isRequired, ...narrowed(from, { schema: present.schema, resolve: is }, false, name)];
      }),
    ];
  }

  function ofBody(a: Schema, b: Schema): string[] {
    const [body, present] = [was(a.requestBody), is(b.requestBody)];
    if (a.requestBody !== undefined && b.requestBody === undefined) return ['body: is not taken any more'];
    return [
      ...(present.required && !body.required ? ['body: is required now'] : []),
      ...ofContent(body, present, 'body', false),
    ];
  }

  function ofResponses(a: Schema, b: Schema): string[] {
    return entries(a.responses).flatMap(([status, response]) => {
      const present = (b.responses as Node)[status];
      if (present === undefined) return /^[23]/.test(status) ? [`${status}: is not answered any more`] : [];
      const headers = Object.keys(is(present).headers ?? {});
      const lost = entries(was(response).headers).filter(([name]) => !headers.includes(name));
      return [
        ...lost.map(([name]) => `${status}: the header ${name} is not there any more`),
        ...ofContent(was(response), is(present), status, true),
      ];
    });
  }

  function ofContent(a: Schema, b: Schema, place: string, isAnswer: boolean): string[] {
    return entries(a.content).flatMap(([type, { schema }]) => {
      const present = (b.content as Record<string, Node> | undefined)?.[type];
      if (!present) return [`${place}: ${type} is not there any more`];
      const old = { schema, resolve: was };
      const current = { schema: present.schema, resolve: is };
      const faults = isAnswer ? narrowed(current, old, true) : narrowed(old, current, false);
      return faults.map((fault) => `${place} ${fault}`);
    });
  }
}

export function parametersOf({ parameters = [] }: Schema, resolve: (node: unknown) => Schema) {
  const all = (parameters as unknown[]).map(resolve);
  return new Map(all.map((one) => [`${String(one.in)} parameter ${String(one.name)}`, one]));
}

/** Returns whether every former way to authenticate is still accepted. */
function allowsAll(before: unknown, now: unknown): boolean {
  const waysOf = (security: unknown) =>
    (security as Node[] | undefined)?.map((way) => Object.keys(way)) ?? [];
  const ways = waysOf(now);
  if (ways.length === 0) return true;
  const old = waysOf(before);
  return (old.length === 0 ? [[]] : old).every((had) =>
    ways.some((needs) => needs.every((name) => had.includes(name))),
  );
}
