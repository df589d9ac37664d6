import type { Host } from '../engine/hosts';
import { count, describeFailures } from '../load';

export type Kind = 'read' | 'create' | 'change' | 'sign-up' | 'job';

/** What became of an operation: `unknown` if no answer says whether it took effect. */
export type Result = 'ok' | 'refused' | 'failed' | 'unknown';

export interface Outcome {
  /** Seconds since the load began, when it was sent. */
  at: number;
  /** The host whose NGINX got it. */
  host: Host;
  kind: Kind;
  result: Result;
  ms: number;
  /** True for a read that the cache answered. */
  isHit?: boolean;
  /** Status or error, unless it was ok. */
  why?: string;
}

/** A stretch of the timeline. */
export interface Mark {
  name: string;
  from: number;
  to: number;
}

export const isOk = ({ result }: Outcome): boolean => result === 'ok';
export const isLost = ({ result }: Outcome): boolean => result === 'failed' || result === 'unknown';

/** Formats what did not succeed: "3 of 900 failed (3 × create 502), 7 refused for overload". */
export function describe(outcomes: Outcome[]): string {
  const lost = outcomes.filter(isLost);
  const failures: Record<string, number> = {};
  for (const { kind, why } of lost) count(failures, `${kind} ${why}`);
  const refused = outcomes.filter(({ result }) => result === 'refused').length;
  return describeFailures({
    answered: outcomes.length - lost.length,
    failed: lost.length,
    failures,
    refused,
  });
}
