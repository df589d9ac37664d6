import { broken, type Change } from './broken';
import { overlays, render, type KubeObject } from './render';

/** A change to the production overlay, and a part of the fault that the check must then find. */
export type Variant<Check extends string> = [check: Check, what: string, change: Change, fault: string];

/** Declares that no overlay has a fault, and that each check finds those of its variants. */
export function describeChecks<Check extends string>(
  checks: Record<Check, (objects: KubeObject[]) => string[]>,
  variants: Variant<Check>[],
): void {
  describe.each(overlays)('the overlay %s', (overlay) => {
    const objects = render(overlay);

    it.each(Object.keys(checks) as Check[])('has no fault of %s', (check) => {
      expect(checks[check](objects)).toEqual([]);
    });
  });

  describe('the checks', () => {
    it.each(variants)('of %s find %s', (check, _, change, fault) => {
      expect(checks[check](broken(change)).join('\n')).toContain(fault);
    });
  });
}
