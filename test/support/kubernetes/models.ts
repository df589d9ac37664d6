import * as gateway from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1';
import * as keda from '@kubernetes-models/keda/keda.sh/v1alpha1';
import * as monitoring from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1';
import * as apps from 'kubernetes-models/apps/v1';
import * as autoscaling from 'kubernetes-models/autoscaling/v2';
import * as batch from 'kubernetes-models/batch/v1';
import * as networking from 'kubernetes-models/networking.k8s.io/v1';
import * as policy from 'kubernetes-models/policy/v1';
import * as core from 'kubernetes-models/v1';
import type { KubeObject } from './render';

interface ModelClass {
  apiVersion: string;
  kind: string;
  prototype: { validate(): void };
}

const models = [gateway, keda, monitoring, apps, autoscaling, batch, networking, policy, core]
  .flatMap((group) => Object.values(group) as unknown as Partial<ModelClass>[])
  .filter((model): model is ModelClass => model.kind !== undefined);

/**
 * Wraps a value so that it knows which of its fields were read. A validator reads each field that its schema names, and
 * lists the keys of a map of free names. So a field that it did not read is unknown, which it does not report itself.
 */
function watch(value: unknown, place: string, unread: (() => string[])[]): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item, i) => watch(item, `${place}/${i}`, unread));
  const left = new Set(Object.keys(value));
  unread.push(() => [...left].map((key) => `${place}/${key}`));
  const target = Object.create(Object.getPrototypeOf(value) as object) as Record<string, unknown>;
  for (const [key, child] of Object.entries(value)) target[key] = watch(child, `${place}/${key}`, unread);
  return new Proxy(target, {
    get(object, key, receiver) {
      left.delete(key as string);
      return Reflect.get(object, key, receiver) as unknown;
    },
    ownKeys(object) {
      left.clear();
      return Reflect.ownKeys(object);
    },
  });
}

/** Returns what the typed model of an object's kind finds wrong, with fields that the kind does not have. */
export function modelFaults(object: KubeObject): string[] {
  const { apiVersion, kind, ...rest } = object;
  const model = models.find((one) => one.apiVersion === apiVersion && one.kind === kind);
  if (!model) return [`no model of ${apiVersion} ${kind}`];
  const unread: (() => string[])[] = [];
  const named = Object.assign(
    Object.create(model.prototype) as { validate(): void },
    { apiVersion, kind },
    rest,
  );
  const watched = watch(named, '', unread) as typeof named;
  try {
    watched.validate();
  } catch (error) {
    return [(error as Error).message];
  }
  return unread
    .flatMap((fields) => fields())
    .filter((field) => field !== '/apiVersion' && field !== '/kind')
    .map((field) => `${field} is no field of ${kind}`);
}
