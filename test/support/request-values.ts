import fc from 'fast-check';
import { parametersOf, resolverOf } from '../../contract/breaking-changes';
import type { ApiDocument } from '../../contract/document';
import type { Schema } from '../../contract/narrowed-schema';
import {
  BROKEN_IDS,
  BROKEN_JSON,
  BROKEN_QUERIES,
  BROKEN_TOKENS,
  OTHER_TYPES,
  TINY_PICTURE,
} from './broken-values';
import { junk, spoilt, valuesOf } from './schema-values';

const ROLES = ['anyone', 'worker', 'Admin', 'broken'] as const;
export type Sender = (typeof ROLES)[number];

/** A request before existing ids are filled in. */
export interface PlannedRequest {
  operation: string;
  template: string;
  method: string;
  role: Sender;
  token: string;
  /** A number selects the id of an existing record. */
  id: string | number;
  /** The query as it is sent, without `?`. */
  query: string;
  headers: Record<string, string>;
  body: string | Uint8Array | undefined;
  /** Use the next page of an earlier answer, if there was any. */
  follows: boolean;
  /** Use the tag of an earlier answer for the same path, if there was any. */
  isCurrent: boolean;
}

/** Slow operations are rare: hashes, and work for the job worker. */
const WEIGHTS: Record<string, number> = {
  signUp: 1,
  logIn: 1,
  changePassword: 1,
  resetPassword: 1,
  putAvatar: 1,
  deleteUser: 2,
  getOpenApi: 1,
  listTasks: 12,
  listUsers: 8,
};
const DEFAULT_WEIGHT = 6;

/** The media type and the body. */
type Content = [string | null, string | Uint8Array | null];

const rarely = <T>(usual: fc.Arbitrary<T>, rare: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 9, arbitrary: usual }, { weight: 1, arbitrary: rare });
const orNone = <T>(weight: number, arbitrary: fc.Arbitrary<T>) =>
  fc.oneof({ weight, arbitrary: fc.constant(null) }, { weight: 1, arbitrary });
const asText = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
const token = fc.string({ unit: 'grapheme-ascii', maxLength: 40 });

/** Generates requests to every operation of the document, by weight; `ids`: accounts that are never removed. */
export function requestsOf(document: ApiDocument, ids: string[]): fc.Arbitrary<PlannedRequest> {
  const resolve = resolverOf(document);
  const all = Object.entries(document.paths).flatMap(([template, methods]) =>
    Object.entries(methods).map(([method, operation]) => {
      const name = (operation as unknown as Schema).operationId as string;
      return {
        weight: WEIGHTS[name] ?? DEFAULT_WEIGHT,
        arbitrary: ofOperation(template, method, name, operation as never),
      };
    }),
  );
  return fc.oneof(...all);

  function ofOperation(
    template: string,
    method: string,
    operation: string,
    declared: Schema,
  ): fc.Arbitrary<PlannedRequest> {
    const parameters = [...parametersOf(declared, resolve).values()];
    const within = (place: string) => parameters.filter((one) => one.in === place);
    const values = ({ schema }: Schema) => valuesOf({ schema, resolve }, ids).map(asText);
    const pairs = fc.tuple(
      ...within('query').map((one) =>
        // Few at a time, since not all combinations are served.
        orNone(5, rarely(values(one), junk.map(asText))).map((value) => [one.name as string, value] as const),
      ),
    );
    const query = pairs.map((given) =>
      new URLSearchParams(given.filter(([, value]) => value !== null) as never).toString(),
    );
    const headers = fc.tuple(
      ...within('header').map((one) =>
        orNone(1, fc.oneof(values(one), fc.constant('*'), token)).map(
          (value) => [one.name as string, value] as const,
        ),
      ),
    );
    const accept = rarely(
      fc.constant(null),
      fc.constantFrom('text/plain', 'image/*', '*/*;q=0', 'application/json', 'é/;;,'),
    );
    const id = template.includes('{name}')
      ? fc.oneof(
          fc.constantFrom('not-found', 'internal'),
          fc.stringMatching(/^[a-z-]{1,40}$/),
          fc.constantFrom(...BROKEN_IDS),
        )
      : fc.oneof(
          { weight: 6, arbitrary: fc.nat() },
          { weight: 1, arbitrary: fc.stringMatching(/^[0-9a-fA-F]{24}$/) },
          { weight: 1, arbitrary: fc.constantFrom(...BROKEN_IDS) },
        );
    return fc
      .record({
        operation: fc.constant(operation),
        template: fc.constant(template),
        method:
          method === 'get'
            ? rarely(fc.constant('GET'), fc.constant('HEAD'))
            : fc.constant(method.toUpperCase()),
        role: fc.constantFrom(...ROLES, 'Admin' as const, 'worker' as const, 'Admin' as const),
        token: fc.constantFrom(...BROKEN_TOKENS),
        id,
        query: rarely(query, fc.constantFrom(...BROKEN_QUERIES)),
        follows: fc.integer({ min: 0, max: 4 }).map((one) => one === 0),
        isCurrent: fc.boolean(),
        given: fc.tuple(headers, accept),
        content: contentOf(declared),
      })
      .map(({ given: [pairs, accepted], content: [type, body], ...rest }) => ({
        ...rest,
        headers: Object.fromEntries(
          [...pairs, ['Accept', accepted] as const, ['Content-Type', type] as const].filter(
            (pair): pair is readonly [string, string] => pair[1] !== null,
          ),
        ),
        body: body ?? undefined,
      }));
  }

  function contentOf({ requestBody }: Schema): fc.Arbitrary<Content> {
    if (requestBody === undefined) {
      return rarely(
        fc.constant<Content>([null, null]),
        fc.constant<Content>(['application/json', '{"x":1}']),
      );
    }
    const { content } = resolve(requestBody) as { content: Record<string, Schema> };
    const types = Object.keys(content);
    const type = rarely(fc.constantFrom(...types), fc.constantFrom(...OTHER_TYPES));
    const { schema } = content[types[0]!]!;
    if (resolve(schema).format === 'binary') {
      return fc.tuple(type, fc.oneof(fc.uint8Array({ maxLength: 3_000 }), fc.constant(TINY_PICTURE)));
    }
    const valid = valuesOf({ schema, resolve }, ids);
    const json = fc.oneof(
      { weight: 6, arbitrary: valid.map(asJson) },
      { weight: 3, arbitrary: spoilt(valid).map(asJson) },
      { weight: 1, arbitrary: junk.map(asJson) },
      { weight: 1, arbitrary: fc.constantFrom(...BROKEN_JSON) },
    );
    return fc.tuple(type, json);
  }
}

const asJson = (value: unknown) => JSON.stringify(value) ?? 'null';
