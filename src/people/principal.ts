export type Role = 'Admin' | 'worker';

/** The authenticated user of a request. */
export interface Principal {
  id: string;
  role: Role;
  /** Session of the token; unset in tokens of earlier releases and of scripts. */
  sessionId?: string;
  /** The user's `authVersion` when the token was issued; unset counts as 0. */
  authVersion?: number;
  /** Set if the token was made for a script; a session's token otherwise. */
  kind?: 'script';
}
