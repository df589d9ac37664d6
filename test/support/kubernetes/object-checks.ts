import { jobQueueNames } from '../../../src/infra/rabbit/rabbit';
import { ofKind, selects, serving, workloadsOf, type KubeObject } from './render';

/** What "restricted" pods and a read-only image need. */
export const rights = (objects: KubeObject[]): string[] =>
  workloadsOf(objects).flatMap(({ name, pod: { spec }, container }) => {
    const { securityContext: pod = {} } = spec;
    const own = container.securityContext ?? {};
    const mounts = (container.volumeMounts ?? []).map((mount) => mount.name);
    const isOpen = {
      'runs as root': pod.runAsNonRoot !== true || !(pod.runAsUser! > 0) || own.runAsUser !== undefined,
      'has no seccomp profile': pod.seccompProfile?.type !== 'RuntimeDefault',
      'may gain rights': own.allowPrivilegeEscalation !== false || own.privileged !== undefined,
      'has capabilities': own.capabilities?.drop?.join() !== 'ALL' || own.capabilities.add !== undefined,
      'can change its image': own.readOnlyRootFilesystem !== true,
      'has no writable /tmp': !(container.volumeMounts ?? []).some((mount) => mount.mountPath === '/tmp'),
      'has a token of the cluster': spec.automountServiceAccountToken !== false,
      'gets variables of the Services': spec.enableServiceLinks !== false,
      'sees the node': Boolean(spec.hostNetwork ?? spec.hostPID ?? spec.hostIPC),
      'has no requests': !container.resources?.requests?.cpu || !container.resources.requests.memory,
      'has no limit of memory': !container.resources?.limits?.memory,
      'has more than one container': spec.containers.length > 1 || spec.initContainers !== undefined,
      'has a volume that it does not mount': (spec.volumes ?? []).some(
        (volume) => !mounts.includes(volume.name),
      ),
    };
    return Object.entries(isOpen)
      .filter(([, isSo]) => isSo)
      .map(([fault]) => `${name} ${fault}`);
  });

const named = (objects: KubeObject[], kind: string, name: string) =>
  ofKind(objects, kind).find(({ metadata }) => metadata.name === name);

/** Names by which objects find each other. */
export const references = (objects: KubeObject[]): string[] => {
  const workloads = workloadsOf(objects);
  const faults: string[] = [];
  for (const { object, name, labels, pod } of workloads) {
    if (object.kind !== 'Job' && !selects(object.spec.selector, labels))
      faults.push(`${name} does not select its pods`);
    const others = workloads.filter((other) => other.object !== object);
    if (object.kind !== 'Job' && others.some((other) => selects(object.spec.selector, other.labels)))
      faults.push(`${name} selects pods of others`);
    for (const { labelSelector } of pod.spec.topologySpreadConstraints ?? [])
      if (!selects(labelSelector as object, labels)) faults.push(`${name} does not spread its own pods`);
  }
  for (const { metadata, spec } of ofKind(objects, 'Service')) {
    const found = workloads.filter(({ labels }) => selects({ matchLabels: spec.selector }, labels));
    if (found.length !== 1) faults.push(`the Service ${metadata.name} leads to ${found.length} workloads`);
    for (const { targetPort } of spec.ports)
      if (!found[0]?.container.ports?.some((port) => port.name === targetPort))
        faults.push(`the Service ${metadata.name} leads to no port ${targetPort}`);
  }
  for (const { spec } of ofKind(objects, 'HTTPRoute'))
    for (const { name, port } of spec.rules.flatMap((rule: { backendRefs: object[] }) => rule.backendRefs))
      if (!named(objects, 'Service', name)?.spec.ports.some((one: { port: number }) => one.port === port))
        faults.push(`the route leads to no Service ${name}:${port}`);
  for (const { spec } of ofKind(objects, 'PodMonitor'))
    for (const { labels, container, name } of serving(objects)) {
      if (!selects(spec.selector, labels)) faults.push(`Prometheus does not scrape ${name}`);
      for (const { port } of spec.podMetricsEndpoints)
        if (!container.ports?.some((one) => one.name === port)) faults.push(`${name} has no port ${port}`);
    }
  for (const { spec } of ofKind(objects, 'ScaledObject'))
    for (const { type, metadata, authenticationRef } of spec.triggers) {
      if (!named(objects, 'TriggerAuthentication', authenticationRef.name)) faults.push('KEDA has no log-in');
      if (type !== 'rabbitmq' || metadata.queueName !== jobQueueNames('taskfleet').queue)
        faults.push(`KEDA looks at ${type} ${metadata.queueName}`);
    }
  return faults;
};

/** Rollouts, drains of nodes and autoscalers that leave enough pods. */
export const scaling = (objects: KubeObject[]): string[] => {
  const faults: string[] = [];
  for (const { object, name, labels } of serving(objects)) {
    const { maxUnavailable, maxSurge } = object.spec.strategy?.rollingUpdate ?? {};
    if (maxUnavailable !== 0 || !(maxSurge >= 1)) faults.push(`a rollout of ${name} takes pods away first`);
    const budgets = ofKind(objects, 'PodDisruptionBudget').filter(({ spec }) =>
      selects(spec.selector, labels),
    );
    if (budgets.length !== 1) faults.push(`${name} has ${budgets.length} PodDisruptionBudgets`);
    if (budgets[0] && !(budgets[0].spec.maxUnavailable >= 1))
      faults.push(`no node of ${name} can be drained`);
    if (object.spec.replicas !== undefined) faults.push(`an apply sets the replicas of ${name} back`);
  }
  const scalers = [...ofKind(objects, 'HorizontalPodAutoscaler'), ...ofKind(objects, 'ScaledObject')];
  for (const { kind, spec } of scalers) {
    const { name } = spec.scaleTargetRef;
    if (!named(objects, 'Deployment', name)) faults.push(`${kind} scales no Deployment ${name}`);
    if (scalers.filter((other) => other.spec.scaleTargetRef.name === name).length > 1)
      faults.push(`${name} is scaled twice`);
    const [min, max] = [spec.minReplicas ?? spec.minReplicaCount, spec.maxReplicas ?? spec.maxReplicaCount];
    if (!(min >= 2)) faults.push(`${name} has one pod`);
    if (!(max > min)) faults.push(`${name} is not scaled up`);
  }
  return faults;
};
