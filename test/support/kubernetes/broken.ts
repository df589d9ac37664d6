import { render, workloadsOf, type KubeObject, type Workload } from './render';

/** Changes the production overlay in one place, so that one check must find it. */
export type Change = (
  find: (kind: string, name?: string) => KubeObject,
  pod: (name: string) => Workload,
) => void;

let production: KubeObject[] | undefined;

/** @returns a copy of the production overlay with a fault */
export function broken(change: Change): KubeObject[] {
  production ??= render('production');
  const objects = structuredClone(production);
  const find = (kind: string, name?: string) =>
    objects.find((one) => one.kind === kind && (name ?? one.metadata.name) === one.metadata.name)!;
  const pod = (name: string) => workloadsOf(objects).find((one) => one.name === name)!;
  change(find, pod);
  return objects;
}
