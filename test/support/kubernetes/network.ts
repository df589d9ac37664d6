import { ofKind, selects, type KubeObject } from './render';

/** What a NetworkPolicy may name: a pod of a namespace, or an address outside of the cluster. */
interface Peer {
  namespace: string;
  labels: Record<string, string>;
  /** Names of its ports. */
  ports?: Record<string, number>;
}

export interface End extends Partial<Peer> {
  address?: string;
}

interface Rule {
  from?: Selection[];
  to?: Selection[];
  ports?: { port: number | string; protocol?: string }[];
}

interface Selection {
  podSelector?: object;
  namespaceSelector?: object;
  ipBlock?: { cidr: string };
}

const bitsOf = (address: string) => address.split('.').reduce((all, byte) => all * 256 + Number(byte), 0);
const isIn = (cidr: string, address: string) => {
  const [network, length] = cidr.split('/') as [string, string];
  const size = 2 ** (32 - Number(length));
  return Math.floor(bitsOf(network) / size) === Math.floor(bitsOf(address) / size);
};

const OWN = 'taskfleet';

const matches = ({ podSelector, namespaceSelector, ipBlock }: Selection, end: End): boolean => {
  if (ipBlock) return end.address !== undefined && isIn(ipBlock.cidr, end.address);
  if (end.labels === undefined) return false;
  const namespace = { 'kubernetes.io/metadata.name': end.namespace! };
  return (
    (namespaceSelector ? selects(namespaceSelector, namespace) : end.namespace === OWN) &&
    selects(podSelector ?? {}, end.labels)
  );
};

/**
 * Whether the policies let one end open a connection to a port of the other, as a cluster decides it: the policies that
 * select a pod add up, and without any the pod is open.
 *
 * @param target has the port, whose name it knows
 */
export function isAllowed(
  objects: KubeObject[],
  source: End,
  target: End,
  port: number,
  protocol = 'TCP',
): boolean {
  const policies = ofKind(objects, 'NetworkPolicy');
  const passes = (pod: End, other: End, direction: 'Ingress' | 'Egress') => {
    if (pod.namespace !== OWN) return true;
    const mine = policies.filter(
      ({ spec }) => spec.policyTypes.includes(direction) && selects(spec.podSelector, pod.labels!),
    );
    if (mine.length === 0) return true;
    const rules = mine.flatMap(({ spec }) => (spec[direction.toLowerCase()] ?? []) as Rule[]);
    return rules.some(
      ({ from, to, ports }) =>
        ((direction === 'Ingress' ? from : to)?.some((selection) => matches(selection, other)) ?? true) &&
        (ports?.some(
          (one) =>
            (one.protocol ?? 'TCP') === protocol && (one.port === port || target.ports?.[one.port] === port),
        ) ??
          true),
    );
  };
  return passes(source, target, 'Egress') && passes(target, source, 'Ingress');
}
