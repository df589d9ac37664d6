import { networkOf } from '../lib/client-address';
import type { Principal } from '../people/principal';

/** Every security event. An answer may name one that an older client does not know. */
export const ACTIONS = [
  'sign-up',
  'log-in',
  'log-out',
  'session-ended',
  'refresh-token-replayed',
  'login-names-changed',
  'password-changed',
  'password-reset-issued',
  'password-reset',
  'user-created',
  'user-removed',
  'role-changed',
  'user-disabled',
  'user-enabled',
  'script-token-created',
  'script-token-deleted',
  'worker-drained',
  'worker-resumed',
] as const;
export type Action = (typeof ACTIONS)[number];

export const OUTCOMES = ['done', 'refused'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** The request that an event came from, as handlers get it; a command on the host has none of these. */
export interface Origin {
  user?: Principal;
  address?: string;
  requestId?: string;
}

/** The request of a user who is logged in. */
export interface Caller extends Origin {
  user: Principal;
}

/** Origin of what a command does. */
export const COMMAND: Origin = {};

export interface AuditEvent {
  action: Action;
  origin: Origin;
  /** Id of the user to whom it happened; unset if there is none. */
  target?: string;
  outcome?: Outcome;
  /** What the action alone does not say, for people: never a secret, and nothing that a client made up. */
  detail?: string;
}

/** An event as stored. A field that would be empty is not there. */
export interface AuditEntry {
  action: Action;
  outcome: Outcome;
  /** Id of the user who did it. */
  actor?: string;
  sessionId?: string;
  scriptTokenId?: string;
  target?: string;
  detail?: string;
  /** Network of the client; for IPv4 its address. */
  network?: string;
  requestId?: string;
  createdAt: Date;
}

export function toEntry({ action, origin, target, outcome = 'done', detail }: AuditEvent): AuditEntry {
  const { user, address, requestId } = origin;
  return {
    action,
    outcome,
    ...(user && { actor: user.id }),
    ...(user?.sessionId && { sessionId: user.sessionId }),
    ...(user?.scriptTokenId && { scriptTokenId: user.scriptTokenId }),
    ...(target && { target }),
    ...(detail && { detail }),
    ...(address !== undefined && { network: networkOf(address) }),
    ...(requestId !== undefined && { requestId }),
    createdAt: new Date(),
  };
}
