import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'node:querystring';
import type { z } from 'zod';
import { pageReply } from '../../../src/http/routing/pagination';
import { taskListQuery } from '../../../src/tasks/task-query';
import { taskSchema } from '../../../src/tasks/task-schemas';
import { userListQuery } from '../../../src/users/user-routes';

const page = (meta: Record<string, string>) => ({ json: '[]', tag: '"x"', meta, state: 'HIT' as const });

/** The Link of the page that is asked for by this query. */
function linkOf(query: string, { schema = taskListQuery, at = '/tasks', cursor = 'c1' } = {}): string {
  const url = query && `${at}?${query}`;
  const parsed = (schema as z.ZodType<object>).parse(parse(query));
  return pageReply(page({ next: cursor, previous: cursor }), { path: at, query: parsed, url }).headers!.Link!;
}
const firstOf = (query: string) => /^<([^>]*)>; rel="first"/.exec(linkOf(query))![1];

describe('the Link header', () => {
  it('links to the pages first, next and prev', () => {
    expect(linkOf('limit=5')).toBe(
      '</tasks?limit=5>; rel="first", </tasks?limit=5&cursor=c1>; rel="next", </tasks?limit=5&cursor=c1>; rel="prev"',
    );
  });

  it.each([
    ['', '/tasks'],
    ['cursor=c0&limit=5', '/tasks?limit=5'],
    // Defaults.
    ['limit=20&sort=-createdAt&count=false', '/tasks'],
    // However it was written: blanks, order, case, repeated names, another zone.
    [`limit=${'+'.repeat(3_300)}5`, '/tasks?limit=5'],
    ['sort=createdAt&label=%20garden%20', '/tasks?label=garden&sort=createdAt'],
    ['%6cabel=%67arden', '/tasks?label=garden'],
    ['status=Doing,to%20Do,Doing,%20Doing', '/tasks?status=Doing%2Cto+Do'],
    ['fields=title,status,title', '/tasks?fields=status%2Ctitle'],
    ['createdFrom=2027-02-28', '/tasks?createdFrom=2027-02-28T00%3A00%3A00.000Z'],
    ['createdFrom=2027-02-28T02:00:00.0000000000%2B02:00', '/tasks?createdFrom=2027-02-28T00%3A00%3A00.000Z'],
    ['assignedTo=665F1C2AB7E4D83F90A1B2C3', '/tasks?assignedTo=665f1c2ab7e4d83f90a1b2c3'],
    ['assignedTo=none&overdue=true&sort=deadline', '/tasks?overdue=true&assignedTo=none&sort=deadline'],
    // A question mark may stand in a query (RFC 3986, 3.4).
    ['label=a?b', '/tasks?label=a%3Fb'],
    // A search as it was sent, since its words might be parsed to others.
    ['q=%20Fence%20%20P%C3%A1int%20', '/tasks?q=Fence++P%C3%A1int'],
  ])('links from ?%.40s to %s', (query, link) => {
    expect(firstOf(query)).toBe(link);
    // What is linked to asks for the same.
    const asked = link.split('?')[1] ?? '';
    const { cursor: _, ...same } = taskListQuery.parse(parse(query));
    expect(taskListQuery.parse(parse(asked))).toEqual(same);
    expect(firstOf(asked)).toBe(link);
  });

  describe('the longest Link', () => {
    const template = readFileSync(
      path.join(__dirname, '..', '..', '..', 'nginx', 'nginx.conf.template'),
      'utf8',
    );
    const buffer = Number(/proxy_buffer_size (\d+)k;/.exec(template)![1]) * 1_024;
    /** All other headers of an answer take less: RateLimit, tags, policies, CORS. */
    const OTHERS = 2_000;
    /** A cursor with the longest sorted text, a user name of 40 characters, and a signature. */
    const cursor = 'c'.repeat(500);
    // Four bytes in UTF-8 are twelve in an address.
    const widest = (characters: number) => encodeURIComponent('𠮷'.repeat(characters));
    const moment = '9999-12-31T23:59:59.999Z';
    const tasks = {
      q: widest(200),
      label: widest(50),
      status: 'to%20Do,Doing,Done',
      priority: 'urgent',
      createdFrom: moment,
      createdBefore: moment,
      assignedTo: 'f'.repeat(24),
      sort: 'createdAt',
      limit: '100',
      count: 'true',
      fields: Object.keys(taskSchema.shape).join(','),
    };
    const users = {
      q: widest(200),
      role: 'worker',
      disabled: 'false',
      createdFrom: moment,
      createdBefore: moment,
      limit: '100',
    };
    const written = (query: Record<string, string>) =>
      Object.entries(query)
        .map(([name, value]) => `${name}=${value}`)
        .join('&');

    it.each([
      ['tasks', taskListQuery, tasks],
      ['users', userListQuery, users],
    ])("of %s fits NGINX's buffer with all other headers", (name, schema, query) => {
      const link = linkOf(written(query), { schema: schema as typeof taskListQuery, at: `/${name}`, cursor });
      expect(link.length).toBeGreaterThan(7_000);
      expect(link.length + OTHERS).toBeLessThan(buffer);
    });

    it.each([
      [taskListQuery, 'q', 201],
      [taskListQuery, 'label', 51],
      [userListQuery, 'q', 201],
    ])('is that of the longest text that is taken', (schema, name, characters) => {
      expect(schema.safeParse({ [name]: '𠮷'.repeat(characters) }).success).toBe(false);
    });
  });
});
