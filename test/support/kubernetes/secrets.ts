import { ofKind, workloadsOf, type KubeObject } from './render';

export interface SecretKey {
  secret: string;
  /** `undefined` if all keys are read, or mounted as files. */
  key?: string;
}

/** Returns each Secret that the objects read, by the workload or object that reads it. */
export function secretsOf(objects: KubeObject[]): Record<string, SecretKey[]> {
  const read = Object.fromEntries(
    workloadsOf(objects).map(({ name, pod, container }): [string, SecretKey[]] => [
      name.replace(/^migrate-.*/, 'migration'),
      [
        ...(container.env ?? []).flatMap(({ valueFrom }) =>
          valueFrom?.secretKeyRef
            ? [{ secret: valueFrom.secretKeyRef.name!, key: valueFrom.secretKeyRef.key }]
            : [],
        ),
        ...(container.envFrom ?? []).flatMap(({ secretRef }) =>
          secretRef ? [{ secret: secretRef.name! }] : [],
        ),
        ...(pod.spec.volumes ?? []).flatMap(({ secret }) => (secret ? [{ secret: secret.secretName! }] : [])),
      ],
    ]),
  );
  const keda = ofKind(objects, 'TriggerAuthentication').flatMap(({ spec }) =>
    (spec.secretTargetRef as { name: string; key: string }[]).map(({ name, key }) => ({ secret: name, key })),
  );
  return { ...read, ...(keda.length > 0 && { KEDA: keda }) };
}
