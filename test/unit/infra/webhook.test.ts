import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createWebhook } from '../../../src/infra/webhook';
import { createLogger } from '../../../src/process/logger';

const PASSWORD = 'p:/w@rd%';
let server: Server;
let received: IncomingHttpHeaders[] = [];
let warned: unknown[][] = [];
const logger = createLogger('silent', 'test');

const hookAt = (place: string) => createWebhook({ url: `http://${place}/hook?key=abc`, secret: 's', logger });
const placeOf = () => `127.0.0.1:${(server.address() as AddressInfo).port}`;

beforeAll(async () => {
  jest.spyOn(logger, 'warn').mockImplementation((...line: unknown[]) => void warned.push(line));
  server = createServer((incoming, response) => {
    received.push(incoming.headers);
    response.writeHead(204).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
beforeEach(() => {
  received = [];
  warned = [];
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

describe('a webhook', () => {
  it.each([
    [`ann:${encodeURIComponent(PASSWORD)}@`, `ann:${PASSWORD}`],
    ['ann@', 'ann:'],
    ['ann:50%@', 'ann:50%'],
  ])('sends the credentials %s of its URL as Basic', async (credentials, expected) => {
    expect(await hookAt(`${credentials}${placeOf()}`)('test', {})).toBe(true);
    const authorization = `Basic ${Buffer.from(expected).toString('base64')}`;
    expect(received).toEqual([expect.objectContaining({ authorization })]);
    expect(warned).toEqual([]);
  });

  it('sends none without credentials', async () => {
    expect(await hookAt(placeOf())('test', {})).toBe(true);
    expect(received[0]).not.toHaveProperty('authorization');
  });

  it('logs neither them nor its address if it can not be sent', async () => {
    expect(await hookAt(`ann:${encodeURIComponent(PASSWORD)}@127.0.0.1:1`)('test', {})).toBe(false);
    expect(warned).toHaveLength(1);
    const line = JSON.stringify(warned);
    for (const part of ['ann', 'rd%', 'key=abc']) expect(line).not.toContain(part);
  });
});
