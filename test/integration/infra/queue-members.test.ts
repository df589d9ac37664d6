import { createServer, type IncomingMessage } from 'node:http';
import { askQueueMembers } from '../../../src/infra/rabbit/queue-members';
import { parseBrokers } from '../../../src/lib/broker-list';
import { listen } from '../../support/listen';
import { use } from '../../support/use';

const [broker] = parseBrokers('amqp://ada:p%40ss@127.0.0.1:1/%2f').brokers;

/** Stands for the management API of RabbitMQ. */
const api = use(
  async () => {
    const state = {
      status: 200,
      body: '{"members":["a","b","c"],"online":["a","b"]}',
      asked: [] as IncomingMessage[],
    };
    const server = createServer((request, response) => {
      state.asked.push(request);
      response.writeHead(state.status).end(state.body);
    });
    const url = `http://127.0.0.1:${await listen(server)}`;
    return Object.assign(state, { server, url });
  },
  ({ server }) => server.close(),
);

const ask = (managementUrl = api.url) => askQueueMembers({ broker: broker!, managementUrl }, 'tf', 2_000);
const loginOf = ({ headers }: IncomingMessage) =>
  Buffer.from(headers.authorization!.split(' ')[1]!, 'base64').toString();

describe('the members of the queues of jobs', () => {
  beforeEach(() => Object.assign(api, { status: 200, asked: [] }));

  it('are those that the management API counts, asked with the login of the broker', async () => {
    expect(await ask()).toEqual([
      { queue: 'tf.jobs', members: 3, online: 2 },
      { queue: 'tf.jobs.dead', members: 3, online: 2 },
    ]);
    expect(api.asked.map(({ url }) => url).sort()).toEqual([
      '/api/queues/%2f/tf.jobs',
      '/api/queues/%2f/tf.jobs.dead',
    ]);
    expect(loginOf(api.asked[0]!)).toBe('ada:p@ss');
  });

  it('are asked with the login and below the path of AMQP_MANAGEMENT_URL', async () => {
    await ask(api.url.replace('//', '//watch%40er:s%3Acret@') + '/rabbit/');
    expect(api.asked[0]!.url).toBe('/rabbit/api/queues/%2f/tf.jobs');
    expect(loginOf(api.asked[0]!)).toBe('watch@er:s:cret');
  });

  it('are unknown with a reason and without a secret if it cannot be asked', async () => {
    const host = new URL(api.url).host;
    api.status = 401;
    await expect(ask()).rejects.toThrow(
      `the management API at ${host} could not be asked (401: the user lacks the tag \`management\`)`,
    );
    Object.assign(api, { status: 200, body: 'hello' });
    await expect(ask()).rejects.toThrow('(no JSON)');
    await expect(ask('http://x:secret@127.0.0.1:1')).rejects.toThrow(
      /at 127\.0\.0\.1:1 could not be asked \(connect ECONNREFUSED/,
    );
  });
});
