import type { Server } from 'node:http';
import { createApp } from '../http/server/app';
import { createAppServer } from '../http/server/app-server';
import { createSlowRequests } from '../http/server/slow-requests';
import { createBusyClock } from '../lib/busy-clock';
import { requireOperator } from './door-guard';
import { doorRoutes, type DoorRoutesOptions } from './door-routes';

interface DoorOptions extends DoorRoutesOptions {
  /** Name of the process among those of all hosts. */
  worker: string;
}

const clocks = { mongo: createBusyClock(), redis: createBusyClock() };
const nothing = () => {};
const never = () => Promise.reject(new Error('No route of the door has users.'));

/** Creates the server of the internal port, which does not listen yet: the router of clients, without users and limits. */
export function createDoor({ worker, ...options }: DoorOptions): Server {
  const { server, serve } = createAppServer();
  serve(
    createApp({
      routes: doorRoutes(options),
      guard: requireOperator,
      logger: options.logger,
      accessLog: options.logger,
      worker,
      countRequest: nothing,
      slow: createSlowRequests({ thresholdMs: 0, clocks, logger: options.logger }),
      authenticate: never,
      stillInForce: never,
      admission: { read: () => nothing, work: async () => nothing },
      admitPassword: () => undefined,
      limit: { request: async () => {}, body: async () => {} },
      requireRoom: nothing,
      requireIfMatch: false,
      trustProxy: [],
      corsOrigins: [],
      isAway: () => false,
    }),
  );
  return server;
}
