import type { Response } from 'supertest';
import { buildTask } from '../../support/factories';
import { useAdmin, useApi, useMember } from '../../support/use-api';

const api = useApi();
const admin = useAdmin(api);
const member = useMember(api);

beforeAll(async () => {
  const deadlines = ['2020-01-01', '2020-02-01', '2999-01-01', undefined];
  const priorities = ['low', 'urgent', 'normal', 'high'];
  for (let index = 0; index < 12; index++) {
    await buildTask(api, admin, {
      title: `Task ${index}`,
      status: ['to Do', 'Doing', 'Done'][index % 3],
      priority: priorities[index % 4],
      labels: index % 2 ? ['odd'] : ['even', 'all'],
      deadline: deadlines[index % 4],
      position: 100 - index,
      assignedTo: index < 6 ? member.id : undefined,
    });
  }
});

const list = (query: string, by = admin) => by.get(`/tasks?limit=100&${query}`);
const titles = async (query: string, by = admin): Promise<number[]> =>
  (await list(query, by).expect(200)).body.map((task: { title: string }) => Number(task.title.slice(5)));

describe('GET /tasks', () => {
  it.each([
    ['status=Done', [11, 8, 5, 2]],
    ['status=Done,Doing&sort=createdAt', [1, 2, 4, 5, 7, 8, 10, 11]],
    ['label=odd', [11, 9, 7, 5, 3, 1]],
    ['label=odd&status=to%20Do', [9, 3]],
    ['priority=urgent', [9, 5, 1]],
    ['sort=-priority&status=Doing', [1, 7, 10, 4]],
    ['sort=deadline', [0, 4, 8, 1, 5, 9, 2, 6, 10]],
    ['sort=-deadline&deadlineBefore=2020-01-15', [8, 4, 0]],
    ['sort=deadline&overdue=true', [0, 4, 1, 9]],
    ['sort=position', [11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0]],
    ['sort=position&status=Done', [11, 8, 5, 2]],
    ['q=TASK%207', [7]],
    ['assignedTo=none&status=Doing', [10, 7]],
  ])('serves ?%s', async (query, expected) => {
    expect(await titles(query)).toEqual(expected);
  });

  it('shows members only their own tasks, whatever they ask', async () => {
    expect(await titles('sort=createdAt', member)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(await titles(`assignedTo=${member.id}&status=Done`, member)).toEqual([5, 2]);
    await list('assignedTo=none', member).expect(403);
    await list(`assignedTo=${admin.id}`, member).expect(403);
  });

  it('names the nearest combination if one is not supported', async () => {
    const { body } = await list('status=Done&label=odd&sort=position').expect(400);
    expect(body.type).toBe('/problems/not-served');
    expect(body.detail).toBe(
      'Filtering by status and label with sort=position is not supported. The nearest supported query: ?label=…&status=…&sort=createdAt',
    );
    const overdue = await list('overdue=true').expect(400);
    expect(overdue.body.detail).toContain('?overdue=…&sort=deadline');
  });

  it.each([
    'status=done',
    'priority=7',
    'q=%20',
    'q=!!',
    'q=a,b,c,d,e,f,g,h,i,j,k',
    'fields=secret',
    'sort=title',
    'count=yes',
    'deadlineFrom=x',
  ])('refuses ?%s', async (query) => {
    const { body } = await list(query).expect(400);
    expect(body.errors[0].path).toBe(`query.${query.split('=')[0]}`);
  });

  it('returns only the given fields, and repeats them in the links', async () => {
    const answer = await admin.get('/tasks?fields=title,status&limit=2&status=Done').expect(200);
    expect(answer.body.map(Object.keys)).toEqual([
      ['_id', 'title', 'status'],
      ['_id', 'title', 'status'],
    ]);
    expect(answer.headers.link).toContain('fields=status%2Ctitle');
  });

  it('counts on request', async () => {
    const asked = await list('status=Done&count=true').expect(200);
    expect(asked.headers['x-total-count']).toBe('4');
    expect((await list('status=Done')).headers).not.toHaveProperty('x-total-count');
  });

  it.each([
    'sort=-createdAt',
    'sort=priority',
    'sort=-deadline',
    'sort=position&status=Done,to%20Do',
    'label=odd',
  ])('leads to the end of ?%s by next and back by prev', async (query) => {
    const all = await titles(query);
    const walk = async (rel: string, from: string) => {
      const pages: number[][] = [];
      for (let path: string | undefined = from; path;) {
        const { body, headers }: Response = await admin.get(path).expect(200);
        pages.push(body.map((task: { title: string }) => Number(task.title.slice(5))));
        const next: string | undefined = new RegExp(`<([^>]+)>; rel="${rel}"`).exec(headers.link!)?.[1];
        if (!next) return { pages, last: path };
        path = next;
      }
      throw new Error('unreachable');
    };
    const there = await walk('next', `/tasks?limit=2&${query}`);
    expect(there.pages.flat()).toEqual(all);
    const back = await walk('prev', there.last);
    expect(back.pages.reverse()).toEqual(there.pages);
  });

  it('refuses a cursor of another list, and a forged one', async () => {
    const { headers } = await admin.get('/tasks?limit=2&status=Done').expect(200);
    const cursor = /cursor=([\w-]+)/.exec(headers.link!)![1]!;
    const other = await list(`status=Doing&cursor=${cursor}`).expect(400);
    expect(other.body.detail).toMatch('other filters');
    await list(`status=Done&sort=createdAt&cursor=${cursor}`).expect(400);
    const { headers: ofTasks } = await admin.get('/tasks?limit=1').expect(200);
    const [, unfiltered] = /cursor=([\w-]+)/.exec(ofTasks.link!)!;
    const { body: ofUsers } = await admin.get(`/users?limit=1&cursor=${unfiltered}`).expect(400);
    expect(ofUsers.detail).toContain('belongs to');
    await list(`status=Done&cursor=${cursor.slice(0, -8)}`).expect(400);
    const [seal, text] = [cursor.slice(0, 22), cursor.slice(22)];
    const parts = JSON.parse(Buffer.from(text, 'base64url').toString()) as unknown[];
    for (const values of [['abc'], [7], [], [null], [{ t: 1e300 }], [{ $gt: '' }]]) {
      const forged = Buffer.from(JSON.stringify([parts[0], parts[1], values, parts[3]])).toString(
        'base64url',
      );
      for (const start of ['', seal]) {
        const { body } = await list(`status=Done&cursor=${start}${forged}`).expect(400);
        expect(body.detail).toMatch('begin without');
      }
    }
  });
});
