import { createServer, type Server } from 'node:http';
import { createEventHub } from '../../../src/ops/event-hub';
import { eventually } from '../../support/wait';
import { listen, portOf } from '../../support/listen';

let server: Server;
let url: string;
let taken: number;
let mayStay: Record<string, boolean>;
let asked: boolean[];
const hub = createEventHub({ take: async () => ({ taken: ++taken }), most: 2, everyMs: 10 });

beforeAll(async () => {
  server = createServer((incoming, response) => {
    try {
      hub.add(response, async (isThorough) => {
        asked.push(isThorough);
        return mayStay[incoming.url!] ?? true;
      });
    } catch (error) {
      response.writeHead(503).end((error as Error).message);
    }
  });
  await listen(server);
  url = `http://127.0.0.1:${portOf(server)}`;
});

beforeEach(() => {
  taken = 0;
  mayStay = {};
  asked = [];
});

afterAll(async () => {
  hub.end();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const watch = (place = '/') => fetch(`${url}${place}`, { signal: AbortSignal.timeout(10_000) });

describe('the event hub', () => {
  it('lets go of who may watch no more, and goes on for the others', async () => {
    const [ada, ben] = await Promise.all([watch('/ada'), watch('/ben')]);
    await eventually(() => taken > 2);
    mayStay['/ada'] = false;
    expect(await ada.text()).toContain('data: {"taken":1}');
    await eventually(() => hub.size() === 1);
    const before = taken;
    await eventually(() => taken > before + 10);
    await ben.body!.cancel();
    await eventually(() => hub.size() === 0);
  });

  it('sends no event after the end of a permission', async () => {
    mayStay['/ada'] = false;
    expect(await (await watch('/ada')).text()).not.toContain('data:');
  });

  it('asks before each event, and the database before each fifth', async () => {
    const stream = await watch();
    await eventually(() => asked.length >= 10);
    expect(asked.slice(0, 10).filter((isThorough) => isThorough)).toHaveLength(2);
    await stream.body!.cancel();
    await eventually(() => hub.size() === 0);
  });

  it('ends all for a drain and takes nobody until it is over', async () => {
    const stream = await watch();
    hub.end();
    expect(await stream.text()).toContain('retry:');
    expect((await watch()).status).toBe(503);
    hub.open();
    const again = await watch();
    expect(again.status).toBe(200);
    await again.body!.cancel();
    await eventually(() => hub.size() === 0);
  });

  it('takes so many and no more', async () => {
    const streams = await Promise.all([watch(), watch()]);
    expect((await watch()).status).toBe(503);
    await Promise.all(streams.map(({ body }) => body!.cancel()));
    await eventually(() => hub.size() === 0);
  });
});
