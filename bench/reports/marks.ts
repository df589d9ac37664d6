import type { Series } from '../store/result-types';
import { isDisturbed } from './disturbance';

export const ERRORS = ' ⚠';
const DISTURBED = ' ~';

/** Stands after the name of what these were measured for. */
export function marksOf(...series: (Series | undefined)[]): string {
  const given = series.filter((one) => one !== undefined);
  if (given.some(({ runs }) => runs.some(({ errors }) => Object.keys(errors).length > 0))) return ERRORS;
  return given.some(isDisturbed) ? DISTURBED : '';
}

/** What the marks in these names mean. */
export function explainMarks(names: string[]): string[] {
  const isUsed = (mark: string) => names.some((name) => name.endsWith(mark));
  return [
    ...(isUsed(ERRORS) ? ['⚠ A run of it had errors: its figures prove nothing.'] : []),
    ...(isUsed(DISTURBED) ? ['~ Others used more than a tenth of a core meanwhile.'] : []),
  ];
}
