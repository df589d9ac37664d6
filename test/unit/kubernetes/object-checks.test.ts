import { describeChecks, type Variant } from '../../support/kubernetes/describe-checks';
import { references, rights, scaling } from '../../support/kubernetes/object-checks';

const checks = { references, rights, scaling };

const variants: Variant<keyof typeof checks>[] = [
  ['rights', 'root', (_, pod) => (pod('api').pod.spec.securityContext!.runAsUser = 0), 'api runs as root'],
  [
    'rights',
    'a user by name alone',
    (_, pod) => delete pod('api').pod.spec.securityContext!.runAsUser,
    'runs as root',
  ],
  [
    'rights',
    'no seccomp',
    (_, pod) => delete pod('job-worker').pod.spec.securityContext!.seccompProfile,
    'seccomp',
  ],
  [
    'rights',
    'new privileges',
    (_, pod) => delete pod('api').container.securityContext!.allowPrivilegeEscalation,
    'may gain',
  ],
  [
    'rights',
    'a capability',
    (_, pod) => (pod('api').container.securityContext!.capabilities!.add = ['NET_RAW']),
    'capabilities',
  ],
  [
    'rights',
    'a writable image',
    (_, pod) => (pod('api').container.securityContext!.readOnlyRootFilesystem = false),
    'change its image',
  ],
  ['rights', 'no /tmp', (_, pod) => pod('api').container.volumeMounts!.shift(), 'no writable /tmp'],
  [
    'rights',
    'a token of the cluster',
    (_, pod) => delete pod('migrate-0.1.0').pod.spec.automountServiceAccountToken,
    'has a token',
  ],
  [
    'rights',
    'variables of Services',
    (_, pod) => delete pod('api').pod.spec.enableServiceLinks,
    'variables of the Services',
  ],
  [
    'rights',
    'the network of the node',
    (_, pod) => (pod('api').pod.spec.hostNetwork = true),
    'sees the node',
  ],
  ['rights', 'no requests', (_, pod) => delete pod('api').container.resources!.requests, 'no requests'],
  [
    'rights',
    'no limit',
    (_, pod) => delete pod('job-worker').container.resources!.limits,
    'no limit of memory',
  ],
  [
    'rights',
    'a side-car',
    (_, pod) => pod('api').pod.spec.containers.push({ name: 'other' }),
    'more than one',
  ],
  [
    'rights',
    'a volume for nobody',
    (_, pod) => pod('api').pod.spec.volumes!.push({ name: 'x' }),
    'does not mount',
  ],
  [
    'references',
    'other labels',
    (_, pod) => (pod('api').pod.metadata.labels!['app.kubernetes.io/component'] = 'web'),
    'select its pods',
  ],
  [
    'references',
    'a selector of all',
    (find) =>
      (find('Deployment', 'api').spec.selector = { matchLabels: { 'app.kubernetes.io/name': 'taskfleet' } }),
    'pods of others',
  ],
  [
    'references',
    'a spread of others',
    (_, pod) =>
      (pod('api').pod.spec.topologySpreadConstraints![0]!.labelSelector = { matchLabels: { app: 'x' } }),
    'spread',
  ],
  [
    'references',
    'a Service of nothing',
    (find) => (find('Service').spec.selector = { app: 'x' }),
    'leads to 0',
  ],
  ['references', 'a Service of all', (find) => (find('Service').spec.selector = {}), 'leads to 3'],
  [
    'references',
    'a port without a name',
    (find) => (find('Service').spec.ports[0].targetPort = 'web'),
    'no port web',
  ],
  [
    'references',
    'a route to another port',
    (find) => (find('HTTPRoute').spec.rules[0].backendRefs[0].port = 4001),
    'api:4001',
  ],
  [
    'references',
    'a monitor of the API alone',
    (find) => (find('PodMonitor').spec.selector.matchExpressions[0].values = ['api']),
    'scrape job-worker',
  ],
  [
    'references',
    'a monitor of another port',
    (find) => (find('PodMonitor').spec.podMetricsEndpoints[0].port = 'metrics'),
    'no port metrics',
  ],
  [
    'references',
    'another queue',
    (find) => (find('ScaledObject').spec.triggers[0].metadata.queueName = 'jobs'),
    'rabbitmq jobs',
  ],
  [
    'references',
    'a log-in that is not there',
    (find) => (find('TriggerAuthentication').metadata.name = 'x'),
    'no log-in',
  ],
  [
    'scaling',
    'a rollout that takes a pod away',
    (find) => (find('Deployment', 'api').spec.strategy.rollingUpdate.maxUnavailable = 1),
    'takes pods away',
  ],
  [
    'scaling',
    'the default strategy',
    (find) => delete find('Deployment', 'job-worker').spec.strategy,
    'takes pods away',
  ],
  [
    'scaling',
    'a budget of nothing',
    (find) => (find('PodDisruptionBudget', 'api').spec.maxUnavailable = 0),
    'can be drained',
  ],
  [
    'scaling',
    'a budget of others',
    (find) => (find('PodDisruptionBudget', 'api').spec.selector.matchLabels = { app: 'x' }),
    'api has 0',
  ],
  [
    'scaling',
    'two budgets',
    (find) => (find('PodDisruptionBudget', 'api').spec.selector = {}),
    'job-worker has 2',
  ],
  [
    'scaling',
    'replicas beside the autoscaler',
    (find) => (find('Deployment', 'api').spec.replicas = 3),
    'back',
  ],
  [
    'scaling',
    'an autoscaler of nothing',
    (find) => (find('HorizontalPodAutoscaler').spec.scaleTargetRef.name = 'web'),
    'no Deployment web',
  ],
  [
    'scaling',
    'two autoscalers',
    (find) => (find('ScaledObject').spec.scaleTargetRef.name = 'api'),
    'scaled twice',
  ],
  ['scaling', 'one pod', (find) => (find('HorizontalPodAutoscaler').spec.minReplicas = 1), 'api has one pod'],
  ['scaling', 'a ceiling', (find) => (find('ScaledObject').spec.maxReplicaCount = 2), 'not scaled up'],
];

describeChecks(checks, variants);
