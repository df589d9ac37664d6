import { spawnSync } from 'node:child_process';
import path from 'node:path';
import type { IDeployment } from 'kubernetes-models/apps/v1';
import type { IIoK8sApiCoreV1PodTemplateSpec } from 'kubernetes-models/v1/PodTemplateSpec';
import { parseAllDocuments } from 'yaml';
import { findKustomize } from '../../../tools/local-servers/install/kustomize';

/** Object of a rendered overlay. What a kind has in `spec` is checked by its model (models.ts). */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string> };
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  spec?: any;
}

export const overlays = ['local', 'production'] as const;
export const folder = path.join(__dirname, '..', '..', '..', 'deploy', 'kubernetes');

/** Renders an overlay by a real kustomize, as `kubectl apply -k` does. */
export function render(overlay: string): KubeObject[] {
  const [command, ...args] = findKustomize() ?? [];
  if (!command)
    throw new Error(
      'There is no kustomize, and `npm test` could not build one (its first lines say why). Install kustomize 5,' +
        ' a kubectl that contains it, or Go 1.22 or newer, so that it is on the PATH.',
    );
  const { status, stdout, stderr } = spawnSync(command, [...args, path.join(folder, 'overlays', overlay)], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  if (status !== 0) throw new Error(`kustomize refuses overlays/${overlay}: ${stderr}`);
  return parseAllDocuments(stdout).map((document) => document.toJS() as KubeObject);
}

export const ofKind = (objects: KubeObject[], kind: string) =>
  objects.filter((object) => object.kind === kind);

export type Pod = Required<Pick<IIoK8sApiCoreV1PodTemplateSpec, 'metadata' | 'spec'>>;
export type Container = Pod['spec']['containers'][number];

export interface Workload {
  object: KubeObject;
  name: string;
  pod: Pod;
  labels: Record<string, string>;
  container: Container;
}

/** Everything that starts pods; each pod has one container. */
export const workloadsOf = (objects: KubeObject[]): Workload[] =>
  ['Deployment', 'StatefulSet', 'Job']
    .flatMap((kind) => ofKind(objects, kind))
    .map((object) => {
      const pod = (object as unknown as IDeployment).spec!.template as Pod;
      return {
        object,
        name: object.metadata.name,
        pod,
        labels: pod.metadata.labels ?? {},
        container: pod.spec.containers[0]!,
      };
    });

const imageOf = (name: string) => name.replace(/^.*\//, '').replace(/:.*$/, '');

/** The pods of taskfleet's own image. */
export const ownWorkloads = (objects: KubeObject[]) =>
  workloadsOf(objects).filter(({ container }) => imageOf(container.image!) === 'taskfleet');

export const component = ({ labels }: Workload) => labels['app.kubernetes.io/component'];
/** The pods that run for as long as they can. */
export const serving = (objects: KubeObject[]) =>
  ownWorkloads(objects).filter(({ object }) => object.kind === 'Deployment');

interface Selector {
  matchLabels?: Record<string, string>;
  matchExpressions?: { key: string; operator: string; values?: string[] }[];
}

/** Whether a selector selects labels, as Kubernetes has it: an empty one selects all. */
export function selects(
  { matchLabels = {}, matchExpressions = [] }: Selector,
  labels: Record<string, string>,
) {
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      if (operator === 'In') return values.includes(labels[key] ?? '');
      throw new Error(`selects() does not know the operator ${operator}`);
    })
  );
}
