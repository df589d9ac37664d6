import { z } from 'zod';
import { tagOf } from '../../lib/version-tag';
import { createOpenApi } from './document';
import { defineRoute, type Route } from '../routing/route';

/** `GET /openapi.json`: serves the document of the given routes and this one. */
export function openApiRoutes(routes: Route[]): Route[] {
  const document = { json: '', tag: '' };
  const own = defineRoute({
    id: 'getOpenApi',
    tag: 'Service',
    method: 'get',
    path: '/openapi.json',
    summary: 'Get the OpenAPI document',
    access: 'anyone',
    limit: 'none',
    responses: {
      200: {
        description: 'OpenAPI document',
        body: z.looseObject({ openapi: z.literal('3.1.0') }).meta({ example: { openapi: '3.1.0' } }),
        headers: ['ETag'],
      },
    },
    handler: async () => ({
      status: 200,
      json: document.json,
      headers: { ETag: document.tag, 'Cache-Control': 'no-cache' },
    }),
  });
  document.json = JSON.stringify(createOpenApi([...routes, own]));
  document.tag = tagOf(document.json);
  return [own];
}
