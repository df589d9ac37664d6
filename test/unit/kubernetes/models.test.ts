import { modelFaults } from '../../support/kubernetes/models';
import { ofKind, overlays, render, type KubeObject } from '../../support/kubernetes/render';

/** Maps whose names are free. */
const FREE = /\/(labels|annotations|matchLabels|data|stringData|selector|triggers\/\d+\/metadata)$/;

/** Calls `visit` with each map of an object. */
function eachMap(
  value: unknown,
  visit: (map: Record<string, unknown>, place: string) => void,
  place = '',
): void {
  if (Array.isArray(value)) value.forEach((item, i) => eachMap(item, visit, `${place}/${i}`));
  else if (typeof value === 'object' && value !== null) {
    visit(value as Record<string, unknown>, place);
    for (const [key, child] of Object.entries(value)) eachMap(child, visit, `${place}/${key}`);
  }
}

describe.each(overlays)('the overlay %s', (overlay) => {
  const objects = render(overlay);
  const named = objects.map((object) => [`${object.kind} ${object.metadata.name}`, object] as const);

  it.each(named)('has a valid %s', (_, object) => {
    expect(modelFaults(object)).toEqual([]);
  });

  it('has no object twice, and each in the namespace', () => {
    const names = named.map(([name]) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { kind, metadata } of objects)
      expect([kind, metadata.namespace]).toEqual([kind, kind === 'Namespace' ? undefined : 'taskfleet']);
  });

  it('is checked by models that refuse a field that is not theirs', () => {
    const passed: string[] = [];
    for (const object of structuredClone(objects))
      eachMap(object, (map, place) => {
        map.unheardOf = 'x';
        if (modelFaults(object).length === 0) passed.push(place);
        delete map.unheardOf;
      });
    expect(passed.filter((place) => !FREE.test(place))).toEqual([]);
    expect(passed.length).toBeGreaterThan(0);
  });
});

describe('the models', () => {
  const broken = (kind: string, change: (object: KubeObject) => void) => {
    const [object] = structuredClone(ofKind(render('production'), kind));
    change(object!);
    return modelFaults(object!).join();
  };

  it('refuse a wrong type, a wrong form, a missing field and an unknown kind', () => {
    expect(broken('Deployment', ({ spec }) => (spec.minReadySeconds = 'five'))).toContain('minReadySeconds');
    expect(broken('HTTPRoute', ({ spec }) => (spec.rules[0].timeouts.request = '15 s'))).toContain('pattern');
    expect(broken('HorizontalPodAutoscaler', ({ spec }) => delete spec.maxReplicas)).toContain('maxReplicas');
    expect(broken('ScaledObject', ({ spec }) => delete spec.triggers[0].type)).toContain('type');
    expect(broken('PodMonitor', ({ spec }) => (spec.jobLabel = 1))).toContain('jobLabel');
    expect(broken('Job', (object) => (object.apiVersion = 'batch/v1beta1'))).toContain(
      'no model of batch/v1beta1',
    );
  });
});
