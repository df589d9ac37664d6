import { createOpenApi } from '../src/http/openapi/document';
import { documentedRoutes, type Services } from '../src/compose/routes';

export interface Parameter {
  in: string;
  name: string;
  description?: string;
  /** Every parameter is a text. */
  example?: string;
  schema: { description?: string; example?: string; default?: string | number };
}

interface Media {
  schema: object;
  example?: unknown;
}

export interface ApiAnswer {
  $ref?: string;
  description: string;
  headers?: Record<string, { example?: unknown }>;
  content?: Record<string, Media>;
}

export interface Operation {
  operationId: string;
  summary: string;
  description: string;
  security: object[];
  parameters?: Parameter[];
  requestBody?: { content: Record<string, Media> };
  responses: Record<string, ApiAnswer>;
}

/** The parts of an OpenAPI document that are used here. */
export interface ApiDocument {
  info: { title: string; description: string };
  paths: Record<string, Record<string, Operation>>;
  components?: { responses?: Record<string, ApiAnswer>; schemas?: Record<string, object> };
}

/** Only the declarations are used, so no service is ever called. */
export const apiRoutes = documentedRoutes({} as Services);

/** The OpenAPI document of this checkout. */
export const apiDocument = JSON.parse(JSON.stringify(createOpenApi(apiRoutes))) as ApiDocument;
