import { createOpenApi } from '../src/http/openapi';
import { allRoutes, type Services } from '../src/routes';

interface Operation {
  responses: Record<string, { $ref?: string; content?: Record<string, unknown> }>;
}

/** An OpenAPI document, as far as it is looked at here. */
export interface ApiDocument {
  paths: Record<string, Record<string, Operation>>;
  components?: { responses?: Record<string, { content?: Record<string, unknown> }> };
}

/** The declarations alone: nothing is served here, so no service is ever called. */
export const apiRoutes = allRoutes({} as Services);

/** The OpenAPI document of what this checkout serves. */
export const apiDocument = JSON.parse(JSON.stringify(createOpenApi(apiRoutes))) as ApiDocument;
