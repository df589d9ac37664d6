import { describeChecks, type Variant } from '../../support/kubernetes/describe-checks';
import { code, probes, times } from '../../support/kubernetes/process-checks';
import type { Workload } from '../../support/kubernetes/render';

const checks = { code, probes, times };

const rename = (pod: Workload, from: string, to: string) =>
  (pod.container.env!.find(({ name }) => name === from)!.name = to);
const set = (pod: Workload, name: string, value: string) => {
  const variable = pod.container.env!.find((one) => one.name === name)!;
  variable.value = value;
};

const variants: Variant<keyof typeof checks>[] = [
  [
    'code',
    'a misspelled variable',
    (_, pod) => rename(pod('api'), 'DRAIN_MS', 'DRAIN_MILLIS'),
    'reads DRAIN_MILLIS',
  ],
  ['code', 'a wrong value', (_, pod) => set(pod('api'), 'DRAIN_MS', '15 s'), 'DRAIN_MS'],
  [
    'code',
    'a missing address',
    (_, pod) => rename(pod('job-worker'), 'MONGO_URL', 'AMQP_CA_FILE'),
    'MONGO_URL',
  ],
  [
    'code',
    'another script',
    (_, pod) => (pod('job-worker').container.command![1] = 'dist/job.js'),
    'src/job.ts',
  ],
  [
    'code',
    'another command',
    (_, pod) => (pod('migrate-0.1.0').container.command![2] = 'upgrade'),
    'upgrade',
  ],
  [
    'code',
    'a closed internal port',
    (_, pod) => set(pod('api'), 'INTERNAL_HOST', '127.0.0.1'),
    'internal port',
  ],
  [
    'probes',
    'another port',
    (_, pod) => (pod('api').container.ports![0]!.containerPort = 4002),
    'http is 4001',
  ],
  [
    'probes',
    'the port of an API worker',
    (_, pod) => (pod('job-worker').container.ports![0]!.containerPort = 5001),
    '5501',
  ],
  [
    'probes',
    'a port that the variables move',
    (_, pod) => rename(pod('api'), 'API_WORKERS', 'NODE_APP_INSTANCE'),
    '4002',
  ],
  [
    'probes',
    'a probe of the clients’ port',
    (_, pod) => (pod('api').container.readinessProbe!.httpGet!.port = 'http'),
    'readinessProbe',
  ],
  [
    'probes',
    'a liveness probe that MongoDB fails',
    (_, pod) => (pod('api').container.livenessProbe!.httpGet!.path = '/health/ready'),
    'livenessProbe',
  ],
  ['probes', 'no startup probe', (_, pod) => delete pod('job-worker').container.startupProbe, 'startupProbe'],
  [
    'probes',
    'an impatient probe',
    (_, pod) => (pod('api').container.readinessProbe!.timeoutSeconds = 1),
    'too short',
  ],
  [
    'probes',
    'a start that is cut short',
    (_, pod) => (pod('api').container.startupProbe!.failureThreshold = 30),
    'migration',
  ],
  [
    'probes',
    'a rollout that is cut short',
    (find) => (find('Deployment', 'api').spec.progressDeadlineSeconds = 600),
    'gives up',
  ],
  [
    'times',
    'a short grace period',
    (_, pod) => (pod('api').pod.spec.terminationGracePeriodSeconds = 29),
    'killed before 29',
  ],
  ['times', 'a longer drain', (_, pod) => set(pod('api'), 'DRAIN_MS', '30000'), 'killed before 44'],
  [
    'times',
    'a job worker’s short grace period',
    (_, pod) => (pod('job-worker').pod.spec.terminationGracePeriodSeconds = 14),
    'killed',
  ],
  ['times', 'a short drain', (_, pod) => set(pod('api'), 'DRAIN_MS', '1500'), 'may still send'],
  [
    'times',
    'a preStop hook',
    (_, pod) => (pod('api').container.lifecycle = { preStop: { exec: {} } }),
    'preStop',
  ],
  [
    'times',
    'a patient gateway',
    (find) => (find('HTTPRoute').spec.rules[1].timeouts.request = '60s'),
    "gateway's 60",
  ],
  [
    'times',
    'an impatient gateway',
    (find) => (find('HTTPRoute').spec.rules[1].timeouts.request = '10s'),
    'waits 10',
  ],
  [
    'times',
    'a time-out of the gateway’s own',
    (find) => delete find('HTTPRoute').spec.rules[1].timeouts,
    'NaN',
  ],
];

describeChecks(checks, variants);
