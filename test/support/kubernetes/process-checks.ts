import { existsSync } from 'node:fs';
import path from 'node:path';
import { configVariables, readConfig, readProcessConfig, type ProcessConfig } from '../../../src/config';
import { timeLimits } from '../../../src/config/time-limits';
import { ownHealthRoutes } from '../../../src/health/health-routes';
import { MIGRATION_WAIT_MS } from '../../../src/infra/mongo/migrations';
import { seconds } from '../compose-file';
import { component, ofKind, ownWorkloads, serving, type KubeObject, type Workload } from './render';

/** Values of Secrets, whose real ones only a cluster has. */
const SECRETS: Record<string, string> = {
  MONGO_URL: 'mongodb://mongo/taskfleet',
  REDIS_URL: 'redis://redis',
  AMQP_URL: 'amqp://rabbitmq',
};
/** The image's own variables, and what replaces a mounted file. */
const IMAGE = { HOST: '0.0.0.0', NODE_ENV: 'production' };
const KEYS = { JWT_SECRETS_FILE: '', JWT_SECRETS: 'k'.repeat(64) };
/** What a process needs to stop besides DRAIN_MS (docs/deployment.md). */
const STOP_SECONDS = 14;

export const environmentOf = ({ container, name }: Workload): Record<string, string> =>
  Object.fromEntries(
    (container.env ?? []).map((variable) => [
      variable.name,
      variable.valueFrom?.fieldRef
        ? `${name}-7d9c6b5f8-x2x4q`
        : (variable.value ?? SECRETS[variable.name] ?? ''),
    ]),
  );

const configOf = (workload: Workload): ProcessConfig => {
  const env = { ...IMAGE, ...environmentOf(workload) };
  return component(workload) === 'api' ? readConfig({ ...env, ...KEYS }) : readProcessConfig(env);
};

/** Values and commands that the code must know. */
export const code = (objects: KubeObject[]): string[] =>
  ownWorkloads(objects).flatMap((workload) => {
    const { name, container } = workload;
    const unknown = Object.keys(environmentOf(workload)).filter((key) => !configVariables.includes(key));
    const faults = unknown.map((key) => `${name}: nothing reads ${key}`);
    const [, script = 'dist/api.js', action] = container.command ?? [];
    const source = script.replace(/^dist\/(.*)\.js$/, 'src/$1.ts');
    if (!existsSync(path.join(__dirname, '..', '..', '..', source)))
      faults.push(`${name}: there is no ${source}`);
    if (action && !existsSync(path.join(__dirname, '../../../src/cli', `${action}.ts`)))
      faults.push(`${name}: there is no command ${action}`);
    try {
      const config = configOf(workload);
      if (component(workload) !== 'migration' && config.internalHost !== '0.0.0.0')
        faults.push(`${name}: nothing but the pod reaches its internal port`);
    } catch (error) {
      faults.push(`${name}: ${(error as Error).message}`);
    }
    return faults;
  });

/** Ports, and the probes at them. */
export const probes = (objects: KubeObject[]): string[] =>
  serving(objects).flatMap((workload) => {
    const { name, container } = workload;
    const config = configOf(workload);
    const expected =
      component(workload) === 'api'
        ? { http: config.port, internal: config.doorPort }
        : { internal: config.jobDoorPort };
    const ports = Object.fromEntries((container.ports ?? []).map((port) => [port.name, port.containerPort]));
    const faults = Object.entries(expected)
      .filter(([port, number]) => ports[port] !== number)
      .map(([port, number]) => `${name}: the port ${port} is ${number}`);
    const routes = ownHealthRoutes({ hasStarted: () => true, report: () => Promise.reject(new Error()) });
    for (const kind of ['startup', 'readiness', 'liveness'] as const) {
      const probe = container[`${kind}Probe`];
      const place = { startup: 'startup', readiness: 'ready', liveness: 'live' }[kind];
      const { path: asked, port } = probe?.httpGet ?? {};
      if (
        port !== 'internal' ||
        asked !== `/health/${place}` ||
        !routes.some((route) => route.path === asked)
      )
        faults.push(`${name}: its ${kind}Probe asks ${asked} at ${port}`);
      if (probe && probe.timeoutSeconds! < 2) faults.push(`${name}: its ${kind}Probe waits too short`);
    }
    const { periodSeconds = 0, failureThreshold = 0 } = container.startupProbe ?? {};
    const startMs = periodSeconds * failureThreshold * 1_000;
    if (startMs < MIGRATION_WAIT_MS) faults.push(`${name}: it is restarted while it waits for a migration`);
    if (workload.object.spec.progressDeadlineSeconds * 1_000 <= startMs)
      faults.push(`${name}: the rollout gives up before its startupProbe does`);
    return faults;
  });

/** Grace period > DRAIN_MS and 14 s > the gateway's time-out > what the API takes at most. */
export const times = (objects: KubeObject[]): string[] => {
  const waits = ofKind(objects, 'HTTPRoute')
    .flatMap(({ spec }) => spec.rules as { timeouts?: { request?: string } }[])
    .map(({ timeouts }) => seconds(timeouts?.request))
    .filter((wait) => wait !== 0);
  return serving(objects).flatMap((workload) => {
    const { name, pod, container } = workload;
    const isApi = component(workload) === 'api';
    const stop = STOP_SECONDS + (isApi ? configOf(workload).drainMs / 1_000 : 0);
    const faults = [];
    if (!(pod.spec.terminationGracePeriodSeconds! > stop)) faults.push(`${name}: killed before ${stop} s`);
    // DRAIN_MS is what a sleep would be for; the grace period would have to be longer by it.
    if (container.lifecycle) faults.push(`${name}: a preStop hook takes from the grace period`);
    if (isApi && configOf(workload).drainMs < 5_000) faults.push(`${name}: a gateway may still send to it`);
    for (const wait of isApi ? waits : []) {
      if (!(stop > wait)) faults.push(`${name}: ends before the gateway's ${wait} s`);
      if (!(wait * 1_000 > timeLimits.requestMs)) faults.push(`the gateway waits ${wait} s only`);
    }
    return faults;
  });
};
