export interface Finding {
  group: string;
  level: 'ok' | 'warning' | 'error';
  says: string;
  /** A command or a sentence; of a finding that isn't ok. */
  cure?: string;
}

/** The findings of one group. */
export const findingsOf = (group: string) => ({
  ok: (says: string): Finding => ({ group, level: 'ok', says }),
  warning: (says: string, cure: string): Finding => ({ group, level: 'warning', says, cure }),
  error: (says: string, cure: string): Finding => ({ group, level: 'error', says, cure }),
});

/** A server that doesn't answer at all holds nobody up for longer. */
export async function within<T>(work: Promise<T>, limitMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${limitMs / 1_000} s`)), limitMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Whether `version` is `oldest` or newer: "7.0.15", "7.0". */
export const isAtLeast = (version: string, oldest: string): boolean =>
  version.localeCompare(oldest, 'en', { numeric: true }) >= 0;

export const inMs = (ms: number): string => `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
