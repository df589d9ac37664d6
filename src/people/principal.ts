export type Role = 'Admin' | 'worker';

/** The authenticated user of a request. */
export interface Principal {
  id: string;
  role: Role;
  /** Session of the token; unset in tokens of earlier releases and of scripts. */
  sessionId?: string;
  /** The user's `authVersion` when the token was issued; unset counts as 0. */
  authVersion?: number;
  /** Id of the script's token; unset for the token of a session. */
  scriptTokenId?: string;
}

/** The client of a request, which decides the turn of its password and describes its session. */
export interface Sender {
  address: string;
  requestId: string;
  userAgent?: string;
}
