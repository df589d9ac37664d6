import express from 'express';
import request from 'supertest';
import { z } from 'zod';
import { createOpenApi } from '../../../src/http/openapi/document';
import { ok } from '../../../src/http/routing/reply';
import { defineRoute } from '../../../src/http/routing/route';
import { addRoutes, type RouterOptions } from '../../../src/http/routing/router';

const deprecated = { since: '2027-01-01', sunset: '2027-12-31', link: '/docs/#going' };
const route = (path: string, going: typeof deprecated & { field?: string }) =>
  defineRoute({
    id: path.slice(1),
    tag: 'Service',
    method: 'get',
    path,
    summary: 'Going',
    access: 'anyone',
    responses: {
      200: { description: 'All', body: z.strictObject({ old: z.string().meta({ deprecated: true }) }) },
    },
    deprecated: going,
    handler: async () => ({ ...ok({ old: 'x' }), headers: { Link: '</next>; rel="next"' } }),
  });
const routes = [route('/whole', deprecated), route('/field', { ...deprecated, field: 'old' })];

describe('a deprecation', () => {
  it.each(['/whole', '/field'])(
    'announces on each answer of %s that something goes, and when',
    async (path) => {
      const options = {
        limit: { request: async () => {} },
        requireIfMatch: false,
      } as unknown as RouterOptions;
      const app = express();
      addRoutes(app, routes, options);
      const { headers } = await request(app).get(path).expect(200);
      expect(headers.deprecation).toBe('@1798761600');
      expect(headers.sunset).toBe('Fri, 31 Dec 2027 00:00:00 GMT');
      expect(headers.link).toBe('</docs/#going>; rel="deprecation"; type="text/html", </next>; rel="next"');
    },
  );

  it('marks the deprecated route or field in the document', () => {
    const { paths } = JSON.parse(JSON.stringify(createOpenApi(routes)));
    expect(paths['/whole'].get.deprecated).toBe(true);
    expect(paths['/field'].get).not.toHaveProperty('deprecated');
    const { schema } = paths['/field'].get.responses[200].content['application/json'];
    expect(schema.properties.old.deprecated).toBe(true);
    expect(Object.keys(paths['/field'].get.responses[200].headers)).toContain('Sunset');
  });
});
