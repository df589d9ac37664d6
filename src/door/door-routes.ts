import { setImmediate } from 'node:timers/promises';
import { protocol, type Answers, type Bodies } from '../control/protocol';
import type { Health } from '../health/health';
import { ownHealthRoutes } from '../health/health-routes';
import { ok } from '../http/routing/reply';
import { defineHiddenRoute, type Route } from '../http/routing/route';
import type { Metrics } from '../infra/metrics';
import { metricsRoutes } from '../metrics/metrics-routes';
import type { Logger } from '../process/logger';

/** What the control socket of this process answers as well. */
export interface DoorControl {
  'GET /status': () => Answers['GET /status'];
  'POST /drain': () => Promise<void>;
  'POST /resume': () => Promise<void>;
  'POST /log-level': (body: Bodies['POST /log-level']) => Answers['POST /log-level'];
}

export interface DoorRoutesOptions {
  control: DoorControl;
  health: Pick<Health, 'hasStarted' | 'report'>;
  metrics: Pick<Metrics, 'text' | 'type'>;
  /** Folder of the control sockets of this host. */
  runDir: string;
  logger: Logger;
}

/** Declares what a process answers to operators, probes and Prometheus. */
export function doorRoutes({ control, health, metrics, runDir, logger }: DoorRoutesOptions): Route[] {
  /** Answers before the end: a drain takes longer than a request may, and GET /status shows how far it is. */
  const begin = (path: '/drain' | '/resume') =>
    defineHiddenRoute({
      method: 'post',
      path,
      handler: async ({ address }) => {
        logger.info({ address }, `An operator asked for ${path}`);
        const doing = control[`POST ${path}`]();
        // A refusal comes at once.
        await Promise.race([doing, setImmediate()]);
        doing.catch((error: Error) => logger.warn({ reason: error.message }, `${path} failed`));
        return { status: 202 };
      },
    });

  return [
    ...ownHealthRoutes(health),
    ...metricsRoutes(metrics, runDir),
    defineHiddenRoute({ path: '/status', handler: async () => ok(control['GET /status']()) }),
    begin('/drain'),
    begin('/resume'),
    defineHiddenRoute<'anyone', undefined, { level: string }>({
      method: 'post',
      path: '/log-level',
      body: protocol['POST /log-level'].body,
      handler: async ({ body, address }) => {
        logger.info({ address, level: body.level }, 'An operator set the log level');
        return ok(control['POST /log-level'](body));
      },
    }),
  ];
}
