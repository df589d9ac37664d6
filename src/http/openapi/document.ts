import {
  createDocument,
  type ZodOpenApiObject,
  type ZodOpenApiOperationObject,
  type ZodOpenApiOverride,
  type ZodOpenApiResponseObject,
} from 'zod-openapi';
import { z } from 'zod';
import { HEADERS, headerRefs, type HeaderName } from '../routing/headers';
import { nameOf, problemAnswer, problemStatuses, problemsOf, revalidates } from './problems';
import type { Answer, Route } from '../routing/route';

/** Of the contract, by semantic versioning; the software has its own. */
const API_VERSION = '1.0.0';

const DESCRIPTION = `Users and their tasks. Log in by \`POST /users/login\` and send the token as
\`Authorization: Bearer TOKEN\`. Every error is a problem of RFC 9457 with a \`requestId\`.`;

const TAGS = {
  Accounts: 'Sign up and log in.',
  Users: 'People and their avatars.',
  Tasks: 'What is to be done, by whom and until when.',
  Jobs: 'How far the work behind a 202 is.',
  Service: 'Health, this document, and what problems mean.',
};

const TOKEN = {
  type: 'http',
  scheme: 'bearer',
  bearerFormat: 'JWT',
  description: 'From a sign-up or a log-in. Checked by RFC8725: fixed algorithm, issuer, audience and type.',
} as const;

/** Express's `/users/:id` in the document's form. */
export const templateOf = (path: string) => path.replace(/:(\w+)/g, '{$1}');

/** The document of OpenAPI 3.1 that the declarations of all routes make. */
export function createOpenApi(routes: Route[]) {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {};
  for (const route of routes) (paths[templateOf(route.path)] ??= {})[route.method] = operationOf(route);
  const document: ZodOpenApiObject = {
    openapi: '3.1.0',
    info: {
      title: 'taskfleet',
      version: API_VERSION,
      description: DESCRIPTION,
    },
    servers: [
      {
        url: '/',
        description: 'Where this document came from: the local one, staging or production',
        'x-internal': false,
      },
    ],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      securitySchemes: { token: TOKEN },
      headers: HEADERS,
      responses: Object.fromEntries(
        problemStatuses().map((status) => [nameOf(status), problemAnswer(status)]),
      ),
    },
  };
  return createDocument(document, { override: withFormat });
}

/** OpenAPI's formats of integers, which JSON Schema doesn't know. */
const withFormat: ZodOpenApiOverride = ({ jsonSchema }) => {
  if (jsonSchema.type !== 'integer') return;
  jsonSchema.format = (jsonSchema.maximum ?? Infinity) < 2 ** 31 ? 'int32' : 'int64';
};

function operationOf(route: Route): ZodOpenApiOperationObject {
  const { params, query, access, summary, description, deprecated } = route;
  const answers = Object.entries(route.responses).map(([status, answer]) => [
    status,
    answerOf(route, answer),
  ]);
  const problems = problemsOf(route).map((status) => [
    status,
    { $ref: `#/components/responses/${nameOf(status)}` },
  ]);
  return {
    operationId: route.id,
    tags: [route.tag],
    summary,
    description: description ?? `${summary}.`,
    // A field is marked in its schema.
    ...(deprecated && !deprecated.field && { deprecated: true }),
    security: access === 'anyone' ? [] : [{ token: [] }],
    requestParams: {
      ...(params && { path: params as z.ZodObject }),
      ...(query && { query: query as z.ZodObject }),
    },
    parameters: requestHeaders(route),
    ...bodyOf(route),
    responses: Object.fromEntries([...answers, ...problems]) as ZodOpenApiOperationObject['responses'],
  };
}

const requestHeader = (name: string, description: string, pattern: string, example: string) => ({
  in: 'header' as const,
  name,
  required: false,
  description,
  schema: { type: 'string' as const, maxLength: 1_000, pattern },
  example,
});

const TAGS_PATTERN = '^(\\*|(W/)?"[!#-~]*"(, ?(W/)?"[!#-~]*")*)$';
const KEY_PATTERN = '^("[ !#-\\[\\]-~]{1,255}"|[!#-~]{1,255})$';

function requestHeaders(route: Route) {
  const { conditional, idempotent } = route;
  const tag = '"7.Xb1dZk3Q9sLw0aTe"';
  return [
    ...(conditional || revalidates(route)
      ? [
          requestHeader('If-Match', 'Only if it is still at this tag; else 412.', TAGS_PATTERN, tag),
          requestHeader(
            'If-None-Match',
            'Only if it is not at this tag any more; else 304 or 412.',
            TAGS_PATTERN,
            tag,
          ),
        ]
      : []),
    ...(idempotent
      ? [
          requestHeader(
            'Idempotency-Key',
            'A new value for each new request, up to 255 characters. Sent again with the same body within 24 hours (unless configured otherwise), it is answered as the first time and not done twice.',
            KEY_PATTERN,
            '"8e03978e-40d5-43dd-bc93-6894a57f9324"',
          ),
        ]
      : []),
  ];
}

function bodyOf({ body, bodyTypes = ['application/json'], upload }: Route) {
  if (upload) {
    const schema = { type: 'string' as const, format: 'binary', maxLength: 5 * 1024 * 1024 };
    const content = Object.fromEntries(upload.types.map((type) => [type, { schema }]));
    return { requestBody: { required: true, content } };
  }
  if (!body) return {};
  const content = { schema: body, example: exampleOf(body) };
  return {
    requestBody: { required: true, content: Object.fromEntries(bodyTypes.map((type) => [type, content])) },
  };
}

/** The example that the schema itself carries; of an array, one of its entries. */
export function exampleOf(schema: z.ZodType): unknown {
  const own = schema.meta()?.example;
  if (own !== undefined) return own;
  if (schema instanceof z.ZodArray) return [exampleOf(schema.element as z.ZodType)];
  if (schema instanceof z.ZodUnion) return exampleOf(schema.options[0] as z.ZodType);
  return undefined;
}

/** Of bodies that aren't JSON. */
const FORMATS: Record<string, string> = { 'image/webp': 'binary', 'text/html': 'html' };

function answerOf(route: Route, { description, body, type, headers = [] }: Answer): ZodOpenApiResponseObject {
  const own: HeaderName[] = ['X-Request-Id', ...headers];
  if (route.limit !== 'none') own.push('RateLimit', 'RateLimit-Policy');
  if (route.deprecated) own.push('Deprecation', 'Sunset');
  return {
    description,
    headers: headerRefs(own),
    ...(body && { content: { 'application/json': { schema: body, example: exampleOf(body) } } }),
    ...(type && {
      content: { [type]: { schema: { type: 'string', format: FORMATS[type], maxLength: 10_000_000 } } },
    }),
  };
}
