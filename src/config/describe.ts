import { z } from 'zod';

/** What docs/configuration.md and the messages say beyond what zod knows. */
export interface About {
  description: string;
  readBy: string;
  /** Set if the type alone does not say it. */
  allowed?: string;
  /** Set if the default is not a constant. */
  defaultText?: string;
  /** Never printed: all of it, or what stands before the @ of a URL. */
  secret?: 'whole' | 'credentials';
}
export type More = Omit<About, 'description' | 'readBy'>;

export const by =
  (readBy: string) =>
  <T extends z.ZodType>(type: T, description: string, more: More = {}) =>
    type.meta({ description, readBy, ...more });
export const api = by('API');
export const worker = by('job worker');
export const both = by('API, job worker');
export const apiAndCommands = by('API, commands');
export const all = by('API, job worker, commands');

/** What a list of networks may contain; stack-variables.ts has another. */
export const NETWORKS = 'addresses, networks, loopback, linklocal, uniquelocal, separated by commas';
export const url = (pattern: RegExp) => z.string().regex(pattern);
export const local = (defaultText: string) => ({ defaultText: `${defaultText} in the local stack` });
/** What secret-files.ts reads. */
export const fileOf = (name: string) =>
  [
    z.string().optional(),
    `File that contains ${name}, as a secret of an engine.`,
    { allowed: 'a readable file' },
  ] as const;
