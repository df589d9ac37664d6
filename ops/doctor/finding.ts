// @ts-nocheck
/**
 * @typedef {{ group: string, level: 'ok' | 'warning' | 'error', says: string, cure?: string }} Finding
 *   as src/doctor/finding.ts has it; these here must be made before anything is installed
 */

export const findingsOf = (group: string) => ({
  ok: (says: string): Finding => ({ group, level: 'ok', says }),
  warning: (says: string, cure: string): Finding => ({ group, level: 'warning', says, cure }),
  error: (says: string, cure: string): Finding => ({ group, level: 'error', says, cure }),
});
