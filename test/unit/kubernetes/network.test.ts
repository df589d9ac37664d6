import { isAllowed, type End } from '../../support/kubernetes/network';
import { ofKind, overlays, render, workloadsOf, type KubeObject } from '../../support/kubernetes/render';

/** Pods of the overlay by component, with what is around it. */
function endsOf(objects: KubeObject[]): Record<string, End> {
  const pods = workloadsOf(objects).map(({ labels, container }): [string, End] => [
    labels['app.kubernetes.io/component']!,
    {
      namespace: 'taskfleet',
      labels,
      ports: Object.fromEntries((container.ports ?? []).map((port) => [port.name, port.containerPort])),
    },
  ]);
  return {
    ...Object.fromEntries(pods),
    gateway: { namespace: 'gateway', labels: { app: 'envoy' } },
    prometheus: { namespace: 'monitoring', labels: { 'app.kubernetes.io/name': 'prometheus' } },
    grafana: { namespace: 'monitoring', labels: { 'app.kubernetes.io/name': 'grafana' } },
    stranger: { namespace: 'default', labels: { 'app.kubernetes.io/component': 'api' } },
    dns: { namespace: 'kube-system', labels: { 'k8s-app': 'kube-dns' } },
    server: { address: '10.1.2.3' },
    internet: { address: '93.184.216.34' },
  };
}

const PORTS = {
  4001: 'TCP',
  5001: 'TCP',
  5501: 'TCP',
  27017: 'TCP',
  6379: 'TCP',
  5672: 'TCP',
  53: 'UDP',
  443: 'TCP',
};

/** All connections of pods that the policies allow, as `source target:port`. */
function connectionsOf(objects: KubeObject[]): string[] {
  const ends = Object.entries(endsOf(objects));
  const isOwn = (end: End) => end.namespace === 'taskfleet';
  return ends
    .flatMap(([from, source]) =>
      ends.flatMap(([to, target]) =>
        Object.entries(PORTS)
          .filter(([port, protocol]) => isAllowed(objects, source, target, Number(port), protocol))
          .filter(() => source !== target && (isOwn(source) || isOwn(target)))
          .map(([port]) => `${from} ${to}:${port}`),
      ),
    )
    .sort();
}

const dnsOf = (components: string[]) => components.map((name) => `${name} dns:53`);

describe('the network', () => {
  it('of the local overlay lets through what is needed, and nothing else', () => {
    expect(connectionsOf(render('local'))).toEqual(
      [
        ...dnsOf(['api', 'job-worker', 'migration', 'mongo', 'rabbitmq', 'redis']),
        'api mongo:27017',
        'api redis:6379',
        'api rabbitmq:5672',
        'job-worker mongo:27017',
        'job-worker rabbitmq:5672',
        'migration mongo:27017',
      ].sort(),
    );
  });

  it('of the production overlay lets through what is needed, and nothing else', () => {
    expect(connectionsOf(render('production'))).toEqual(
      [
        ...dnsOf(['api', 'job-worker', 'migration']),
        'gateway api:4001',
        'prometheus api:5001',
        'prometheus job-worker:5501',
        'api server:27017',
        'api server:6379',
        'api server:5672',
        'job-worker server:27017',
        'job-worker server:5672',
        'migration server:27017',
      ].sort(),
    );
  });

  it.each(overlays)('of the overlay %s is open without the policy that denies the rest', (overlay) => {
    const objects = render(overlay).filter(({ metadata }) => metadata.name !== 'default-deny');
    const open = connectionsOf(objects);
    expect(open).toContain('stranger migration:443');
  });

  it('lets the namespace of the gateway in from which the route gets its requests', () => {
    const objects = render('production');
    const [{ spec: route }] = ofKind(objects, 'HTTPRoute') as [KubeObject];
    const gateway = { namespace: route.parentRefs[0].namespace as string, labels: {} };
    expect(isAllowed(objects, gateway, endsOf(objects).api!, 4001)).toBe(true);
    expect(isAllowed(objects, { ...gateway, namespace: 'other' }, endsOf(objects).api!, 4001)).toBe(false);
  });
});
