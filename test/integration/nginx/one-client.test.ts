import { gzipSync } from 'node:zlib';
import { methods, startNginx } from '../../support/balancer';
import { portOf } from '../../support/listen';
import { useAdmin, useApis } from '../../support/use-api';
import { sendRaw } from '../../support/raw-client';
import { buildTask, newPerson } from '../../support/factories';

// One password may wait: several at once are refused with 503.
const workers = useApis({ EXPOSE_WORKER: 'true', HASH_QUEUE_LIMIT: '1' });
const admin = useAdmin(workers[0]);
let nginx: Awaited<ReturnType<typeof startNginx>>;

/** The widest that is taken: 2.4 kB in an address. */
const SEARCH = '𠮷'.repeat(200);

beforeAll(async () => {
  for (let count = 0; count < 2; count++) await buildTask(workers[0], admin, { title: SEARCH });
});

afterEach(() => nginx.stop());

const raw = (bytes: string | Buffer, leaveMs = 30_000) => sendRaw(nginx.port, bytes, leaveMs);

function ask(line: string, headers: string[] = [], body: string | Buffer = '', leaveMs?: number) {
  const bytes = Buffer.from(body);
  const all = [
    `${line} HTTP/1.1`,
    'Host: localhost',
    'Connection: close',
    ...(headers.some((one) => one.startsWith('Authorization'))
      ? []
      : [`Authorization: Bearer ${admin.token}`]),
    ...(bytes.length > 0 ? [`Content-Length: ${bytes.length}`] : []),
    ...headers,
  ];
  return raw(Buffer.concat([Buffer.from(`${all.join('\r\n')}\r\n\r\n`, 'latin1'), bytes]), leaveMs);
}

const isJson = 'Content-Type: application/json';
const isPicture = 'Content-Type: image/png';
const body = 'x'.repeat(95_000);
const picture = Buffer.alloc(5e6);
const avatar = () => `/users/${admin.id}/avatar`;
const control = 'X-Odd: a\x01b';

/** What one client may send; the status that it is answered with, undefined if it doesn't wait for that. */
const provocations: [string, () => Promise<string>, number?][] = [
  ['a number with 3,300 blanks', () => ask(`GET /tasks?limit=${'+'.repeat(3_300)}5`), 200],
  [
    'a search whose answer has the longest links',
    () => ask(`GET /tasks?limit=1&q=${encodeURIComponent(SEARCH)}`),
    200,
  ],
  ['headers of 15 kB', () => ask('GET /tasks', [`Cookie: ${'c'.repeat(15_000)}`]), 200],
  [
    'headers of 21 kB, and a body',
    () =>
      ask(
        'POST /tasks',
        ['A', 'B', 'C'].map((name) => `${name}: ${'c'.repeat(7_000)}`),
        body,
      ),
    431,
  ],
  ['2,500 headers', () => ask('GET /tasks', Array<string>(2_500).fill('a:')), 431],
  ['a control character in a header', () => ask('GET /tasks', [control]), 400],
  ['a control character in a header, and a body', () => ask('PUT /tasks/1', [isJson, control], body), 400],
  [
    'a control character in a header, and 5 MB',
    () => ask(`PUT ${avatar()}`, [isPicture, control], picture),
    400,
  ],
  ['bytes over 127 in a header', () => ask('GET /tasks', ['X-Odd: \xff\xfe']), 200],
  ['a method that is none, and a body', () => ask('BREW /tasks', [isJson], body), 400],
  ['a method that is none, and 5 MB', () => ask(`BREW ${avatar()}`, [isPicture], picture), 400],
  ...['PROPFIND', 'M-SEARCH', 'LOCK', 'TRACE', 'CONNECT'].map((method): (typeof provocations)[number] => [
    method,
    () => ask(`${method} /tasks`, [isJson], body),
    405,
  ]),
  [
    '5 MB without a token',
    () => ask(`PUT ${avatar()}`, ['Authorization: Bearer no', isPicture], picture),
    401,
  ],
  ['5 MB of another type', () => ask(`PUT ${avatar()}`, [isJson], picture), 415],
  ['5.5 MB', () => ask(`PUT ${avatar()}`, [isPicture], Buffer.alloc(5.5e6)), 413],
  ['a body that nobody reads', () => ask('POST /nothing', [isJson], body), 404],
  ['a body with GET', () => ask('GET /tasks', [isJson], body), 200],
  [
    '20 MB in 20 kB',
    () => ask('POST /tasks', [isJson, 'Content-Encoding: gzip'], gzipSync(Buffer.alloc(2e7))),
    413,
  ],
  [
    'a body that is cut off',
    () => ask('POST /tasks', [isJson, 'Content-Encoding: gzip'], gzipSync(body).subarray(0, 60)),
    400,
  ],
  [
    'a piece without a length',
    () => ask('POST /tasks', [isJson, 'Transfer-Encoding: chunked', '', 'zz']),
    400,
  ],
  ['another transfer coding', () => ask('POST /tasks', [isJson, 'Transfer-Encoding: gzip, chunked']), 501],
  ['Expect: 100-continue', () => ask('POST /tasks', [isJson, 'Expect: 100-continue'], '{}')],
  ['Expect: nonsense', () => ask('POST /tasks', [isJson, 'Expect: nonsense'], '{}'), 400],
  ['an upgrade', () => ask('GET /tasks', ['Upgrade: websocket', 'Connection: Upgrade']), 200],
  ['HTTP/1.0', () => raw('GET /tasks HTTP/1.0\r\n\r\n'), 401],
  ['HTTP/0.9', () => raw('GET /tasks\r\n')],
  [
    'a host with odd bytes',
    () => raw('GET /tasks HTTP/1.1\r\nHost: \xff{}"\r\nConnection: close\r\n\r\n'),
    401,
  ],
  ...['/%ff', '//', '/tasks?a=\xff', '/\x80', '/tasks?"<>\\^`{|}'].map(
    (place): (typeof provocations)[number] => [`GET ${place}`, () => ask(`GET ${place}`)],
  ),
  [
    'leaving in the middle of a body',
    () => raw('POST /tasks HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n{', 100),
  ],
  ['leaving before the answer', () => ask('POST /users/login', [isJson], JSON.stringify(admin), 1)],
];

const signUp = () => ask('POST /users/signup', [isJson], JSON.stringify(newPerson()));
const statusOf = (answer: string) => Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]);

describe.each(methods)('under %s', (method) => {
  beforeEach(async () => {
    const ports = workers.map(({ server }) => portOf(server));
    nginx = await startNginx(ports, { balancing: method });
  });

  it('takes no worker out of rotation, whatever one client sends', async () => {
    for (const [name, send, status] of provocations) {
      // Enough to take both workers out.
      const answers = await Promise.all(Array.from({ length: 6 }, send));
      const seen = [...new Set(answers.map(statusOf))];
      if (status !== undefined) expect({ name, seen }).toEqual({ name, seen: [status] });
      expect(seen.filter((one) => one >= 502)).toEqual([]);
    }
    await ask('GET /health/live');
    await nginx.logged('/health/live', 1);
    const tries = nginx
      .log()
      .filter(({ reason, upstream }) => reason !== '' || String(upstream).includes(','));
    expect(tries).toEqual([]);
  }, 120_000);

  it('spreads the requests of others while one client provokes 503', async () => {
    const refused = await Promise.all(Array.from({ length: 40 }, signUp));
    expect(refused.map(statusOf)).toContain(503);
    const plain: string[] = [];
    // Few at a time: all at once they could be refused for overload themselves on a slow machine.
    for (let round = 0; round < 10; round += 1)
      plain.push(...(await Promise.all(Array.from({ length: 6 }, () => ask('GET /tasks?limit=1')))));
    expect(new Set(plain.map(statusOf))).toEqual(new Set([200]));
    // A worker taken for gone would get none; by response time the shares differ.
    for (const name of ['test-host/api-0', 'test-host/api-1']) {
      expect(plain.filter((answer) => answer.includes(`X-Worker: ${name}`)).length).toBeGreaterThan(2);
    }
  }, 120_000);
});
