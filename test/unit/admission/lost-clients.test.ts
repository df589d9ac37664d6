import type { IncomingMessage, Server } from 'node:http';
import express from 'express';
import { createAdmission } from '../../../src/admission/admission';
import type { Route } from '../../../src/http/routing/route';
import { addRoutes } from '../../../src/http/routing/router';
import { connectRaw } from '../../support/raw-client';
import { eventually } from '../../support/wait';
import { portOf } from '../../support/listen';
import { serve } from '../../support/serve';

const lateness = { nowMs: () => 0, recentMs: () => 0, standingMs: () => 0 };
const access = 'user' as const;
const wait = () => new Promise<never>(() => {});
const common = { tag: 'Tasks', summary: '', access, responses: {}, handler: wait } as const;
const routes: Route[] = [
  { ...common, id: 'read', method: 'get', path: '/read' },
  { ...common, id: 'write', method: 'post', path: '/write' },
];

let server: Server;
let admission: ReturnType<typeof createAdmission>;
let authenticated: () => void;
let isAuthenticated: Promise<void>;
let asked: number;

beforeEach(async () => {
  isAuthenticated = Promise.resolve();
  asked = 0;
  admission = createAdmission({ lateness, refused: () => {} });
  const app = express();
  addRoutes(app, routes, {
    authenticate: async () => {
      asked += 1;
      await isAuthenticated;
      return { id: 'ada', role: 'worker' };
    },
    stillInForce: async () => {},
    limit: { request: () => Promise.resolve(), body: () => Promise.resolve() },
    admission,
    admitPassword: () => undefined,
    requireIfMatch: false,
    requireRoom: () => {},
    answerProblem: () => {},
  });
  ({ server } = await serve(app));
});

const connect = () => connectRaw(portOf(server));

describe('a lost client', () => {
  it.each([
    ['GET /read', () => admission.reads()],
    ['POST /write', () => admission.underWay()],
  ])('%s holds nothing any more if its client pipelined it and went away', async (line, held) => {
    const client = await connect();
    for (let sent = 0; sent < 3; sent++) client.ask(line);
    await eventually(() => held() === 3);
    client.socket.resetAndDestroy();
    await eventually(() => held() === 0);
  });

  it.each([
    ['GET /read', () => admission.reads()],
    ['POST /write', () => admission.underWay()],
  ])('%s takes nothing if its client goes away while it is authenticated', async (line, held) => {
    isAuthenticated = new Promise((resolve) => (authenticated = resolve));
    const lost = new Promise((resolve) =>
      server.once('request', ({ socket }: IncomingMessage) => socket.once('close', resolve)),
    );
    const client = await connect();
    client.ask(line);
    await eventually(() => asked === 1);
    client.socket.resetAndDestroy();
    await lost;
    authenticated();
    await new Promise(setImmediate);
    expect(held()).toBe(0);
  });
});
