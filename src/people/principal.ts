export type Role = 'Admin' | 'worker';

/** The authenticated user of a request. */
export interface Principal {
  id: string;
  role: Role;
}
