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
import { API_VERSION } from '../../process/version';

const DESCRIPTION = `Users and their tasks. Log in with \`POST /users/login\` and send the token as
\`Authorization: Bearer TOKEN\`. Every error is a problem (RFC 9457) with a \`requestId\`.`;

const TAGS = {
  Accounts: 'Sign up and log in.',
  Users: 'Users and their avatars.',
  Tasks: 'Tasks with status, assignee and deadline.',
  Jobs: 'Progress of the work behind a 202.',
  Audit: 'Security events, for Admins.',
  Service: 'Health, this document, and explanations of problems.',
};

const TOKEN = {
  type: 'http',
  scheme: 'bearer',
  bearerFormat: 'JWT',
  description:
    'From a sign-up or a log-in, or a token of a script (`tft_…`). The first is verified by RFC8725: fixed algorithm, issuer, audience and type.',
} as const;

/** Turns Express's `/users/:id` into the document's `/users/{id}`. */
const templateOf = (path: string) => path.replace(/:(\w+)/g, '{$1}');

/** Makes the OpenAPI 3.1 document from the declarations of all routes. */
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
        description: 'The server of this document: local, staging or production',
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

/** Adds OpenAPI's integer formats, which JSON Schema does not have. */
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
    // A deprecated field is marked in its schema instead.
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
          requestHeader('If-Match', 'Proceed only if the ETag matches; else 412.', TAGS_PATTERN, tag),
          requestHeader(
            'If-None-Match',
            'Proceed only if the ETag differs; else 304 or 412.',
            TAGS_PATTERN,
            tag,
          ),
        ]
      : []),
    ...(idempotent
      ? [
          requestHeader(
            'Idempotency-Key',
            'A new value for each new request, up to 255 characters. A repeated request with the same key and body within 24 hours (unless configured otherwise) gets the first answer and takes effect only once.',
            KEY_PATTERN,
            '"8e03978e-40d5-43dd-bc93-6894a57f9324"',
          ),
        ]
      : []),
  ];
}

function bodyOf({ body, bodyTypes = ['application/json'], bodyOptional, upload }: Route) {
  if (upload) {
    const schema = { type: 'string' as const, format: 'binary', maxLength: 5 * 1024 * 1024 };
    const content = Object.fromEntries(upload.types.map((type) => [type, { schema }]));
    return { requestBody: { required: true, content } };
  }
  if (!body) return {};
  const content = { schema: body, example: exampleOf(body) };
  return {
    requestBody: {
      required: !bodyOptional,
      content: Object.fromEntries(bodyTypes.map((type) => [type, content])),
    },
  };
}

/** Returns the example of a schema; for an array, one with an example entry. */
export function exampleOf(schema: z.ZodType): unknown {
  const own = schema.meta()?.example;
  if (own !== undefined) return own;
  if (schema instanceof z.ZodArray) return [exampleOf(schema.element as z.ZodType)];
  if (schema instanceof z.ZodUnion) return exampleOf(schema.options[0] as z.ZodType);
  return undefined;
}

/** Formats of bodies that are not JSON. */
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
