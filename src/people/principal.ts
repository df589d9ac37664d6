export type Role = 'Admin' | 'worker';

/** Who sends a request, by their token. */
export interface Principal {
  id: string;
  role: Role;
}
