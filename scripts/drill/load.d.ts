export interface Taken {
  answered: number;
  /** Answers with another status than was wanted, resets and time-outs. */
  failed: number;
  failures: Record<string, number>;
  /** Connections that were made. */
  connects: number;
  /** Answers by X-Worker. */
  workers: Record<string, number>;
  /** Milliseconds of each answer. */
  times: number[];
}

export function startLoad(options: { url: string; token: string; connections: number; path: string }): {
  take(): Taken;
  stop(): Promise<void>;
};

export function tellFailures(taken: Pick<Taken, 'answered' | 'failed' | 'failures'>): string;
