export interface Finding {
  group: string;
  /** A note says what is unknown or left out, which need not be wrong. */
  level: 'ok' | 'note' | 'warning' | 'error';
  says: string;
  /** A command or a sentence; unset if nothing is wrong. */
  cure?: string;
}

/** Creates findings of one group. */
export const findingsOf = (group: string) => ({
  ok: (says: string): Finding => ({ group, level: 'ok', says }),
  note: (says: string): Finding => ({ group, level: 'note', says }),
  warning: (says: string, cure: string): Finding => ({ group, level: 'warning', says, cure }),
  error: (says: string, cure: string): Finding => ({ group, level: 'error', says, cure }),
});

/** Compares versions such as "7.0.15" and "7.0" by number. */
export const isAtLeast = (version: string, oldest: string): boolean =>
  version.localeCompare(oldest, 'en', { numeric: true }) >= 0;

export const inMs = (ms: number): string => `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
