import { createConnection } from 'node:net';
import express from 'express';
import { createAppServer } from '../../../src/http/server/app-server';
import { portOf } from '../../support/listen';
import { eventually } from '../../support/wait';

describe('the server of the app', () => {
  it("gives requests and responses Express's prototypes before Express sees them", async () => {
    const app = express();
    app.get(
      '/',
      (request, response) => void response.json({ ip: request.ip, accepts: request.accepts('json') }),
    );
    const { server, serve, listenOn } = createAppServer();
    const seen: boolean[] = [];
    server.on('request', (request, response) => {
      seen.push(Object.getPrototypeOf(request) === app.request);
      seen.push(Object.getPrototypeOf(response) === app.response);
    });
    serve(app);
    await listenOn(0, '127.0.0.1');
    try {
      const answer = await fetch(`http://127.0.0.1:${portOf(server)}/`);
      expect(await answer.json()).toEqual({ ip: '127.0.0.1', accepts: 'json' });
      expect(seen).toEqual([true, true]);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  it('closes a silent connection soon after its time is up, not at the next half minute', async () => {
    const { server, listenOn } = createAppServer();
    server.headersTimeout = 100;
    await listenOn(0, '127.0.0.1');
    const silent = createConnection(portOf(server), '127.0.0.1').resume();
    try {
      await eventually(() => silent.closed, 15_000);
    } finally {
      silent.destroy();
      server.close();
    }
  });
});
