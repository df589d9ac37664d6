import { resolverOf } from '../../contract/breaking-changes';
import type { ApiDocument } from '../../contract/document';
import { alternativesOf, type Schema } from '../../contract/narrowed-schema';
import { inAddress, longestThatFits } from '../../ops/drill/odd-text';
import type { RawRequest } from './request-sender';

/** A part of a request in which the API reads a client's text. */
export interface TextPlace {
  name: string;
  /** The most UTF-16 units that fit: 8 kB, or the limit of the field. */
  length: number;
  request: (text: string) => RawRequest;
}

/** The limit of NGINX for an address or one header, less some room for the rest of it. */
const MOST = 7_900;
/** The limit of a body is 100 kB. */
const MOST_OF_BODY = 95_000;

/** Headers that the API or a library reads for every request, beside those that the document declares. */
const HEADERS = [
  ...['Accept', 'Authorization', 'X-Forwarded-For', 'X-Request-Id', 'If-Match', 'Range', 'Cache-Control'],
  ...['Origin', 'Access-Control-Request-Method', 'Access-Control-Request-Headers', 'Host', 'Cookie'],
];
const BODY_HEADERS = ['Content-Type', 'Content-Encoding'];

const rawInAddress = (text: string) => text.replace(/[^!-\xff]/g, '').slice(0, MOST);
const inHeader = (text: string) => text.replace(/[^\t -~\x80-\xff]/g, '').slice(0, MOST);

/** Each parameter and text field of each operation; `ids` name existing records. */
export function textPlaces(
  document: ApiDocument,
  ids: Record<string, string>,
  headers: Record<string, string>,
): TextPlace[] {
  const resolve = resolverOf(document);
  const pathOf = (template: string, value?: string) =>
    template.replace(/\{\w+\}/, value ?? ids[template] ?? 'f'.repeat(24));

  const declared = Object.entries(document.paths).flatMap(([template, methods]) =>
    Object.entries(methods).flatMap(([verb, operation]) => {
      const { operationId, requestBody, parameters = [] } = operation;
      const method = verb.toUpperCase();
      const send = (path: string, more = {}, body?: string): RawRequest => ({
        method,
        path,
        headers: { ...headers, ...more },
        body,
      });
      const place = (name: string, request: TextPlace['request'], length = MOST): TextPlace => ({
        name: `${operationId} ${name}`,
        length,
        request,
      });
      const found = parameters.map((parameter) => {
        const { in: where, name } = resolve(parameter) as { in: string; name: string };
        return place(`${where} ${name}`, (text) => {
          if (where === 'path') return send(pathOf(template, inAddress(text, MOST)));
          if (where === 'query') return send(`${pathOf(template)}?${name}=${inAddress(text, MOST)}`);
          return send(pathOf(template), { [name]: inHeader(text) });
        });
      });
      const [type, media] = Object.entries(requestBody?.content ?? {})[0] ?? [];
      if (!media || !type!.includes('json')) return found;

      const fields = textFields(media.schema, resolve);
      const sendBody = (body: unknown) =>
        send(pathOf(template), { 'Content-Type': type }, JSON.stringify(body));
      /** The text in all fields at once, and as the name of a field. */
      const everywhere = (text: string) =>
        Object.fromEntries([[text, text], ...fields.map(({ name, fill }) => [name, fill(text)])]);
      return [
        ...found,
        place('every field', (text) => {
          const size = (part: string) => JSON.stringify(everywhere(part));
          return sendBody(JSON.parse(longestThatFits(text, size, MOST_OF_BODY)));
        }),
        ...BODY_HEADERS.map((name) =>
          place(`header ${name}`, (text) => send(pathOf(template), { [name]: inHeader(text) }, '{}')),
        ),
        ...fields
          .filter(({ isFree }) => isFree)
          .map(({ name, fill, most }) =>
            place(
              `body ${name}`,
              (text) => sendBody({ ...(media.example as object), [name]: fill(text) }),
              most,
            ),
          ),
      ];
    }),
  );
  const get = (path: string, more = {}): RawRequest => ({
    method: 'GET',
    path,
    headers: { ...headers, ...more },
    body: undefined,
  });
  return [
    ...declared,
    ...['/', '/tasks/', '/tasks?', '/tasks?q=', '/docs/', '/ops/workers/'].map((start) => ({
      name: `raw after ${start}`,
      length: MOST,
      request: (text: string) => get(start + rawInAddress(text)),
    })),
    ...HEADERS.map((name) => ({
      name: `header ${name}`,
      length: MOST,
      request: (text: string) => get('/tasks', { [name]: inHeader(text) }),
    })),
  ];
}

/** The properties that hold text or a list of texts; `isFree`: any text, up to `most` characters. */
function textFields(schema: unknown, resolve: (node: unknown) => Schema) {
  const { properties = {} } = resolve(schema) as { properties?: Record<string, unknown> };
  return Object.entries(properties).flatMap(([name, property]) => {
    const all = alternativesOf({ schema: property, resolve });
    const list = all.find(({ type }) => type === 'array');
    const [one] = list ? alternativesOf({ schema: list.items, resolve }) : all;
    if (one!.type !== 'string') return [];
    const isFree = one!.enum === undefined && (one!.format ?? 'password') === 'password';
    const fill = (text: string): unknown => (list ? [text] : text);
    return [{ name, fill, isFree, most: Math.min(Number(one!.maxLength ?? MOST), MOST) }];
  });
}
