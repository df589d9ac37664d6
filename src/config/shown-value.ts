import { createHash } from 'node:crypto';
import { variablesOf, withoutCredentials } from './faults';
import { configSchema } from './schema';
import { stackSchema } from './stack-variables';
import { splitUrls } from '../lib/url-list';

/** What is known of each variable, by its name. */
export const knownVariables = new Map(
  [...variablesOf(configSchema), ...variablesOf(stackSchema)].map((variable) => [variable.name, variable]),
);

/** Returns what a process uses without the variable; the text of a default may go on about the local stack. */
export const defaultValueOf = (name: string): string =>
  knownVariables.get(name)?.defaultText.split('; ')[0] ?? '';

/** Returns what distinguishes two secrets without revealing either. */
export const secretDigestOf = (secret: string): string =>
  createHash('sha256').update(secret).digest('hex').slice(0, 8);

/** @returns the value for people: a secret by its digest, a URL without what may be a password */
export function shownValue(name: string, value: string): string {
  const { secret } = knownVariables.get(name) ?? {};
  if (value === '') return '(empty)';
  if (secret === 'whole') return `digest ${secretDigestOf(value)}`;
  if (secret === 'credentials') return splitUrls(value).map(withoutCredentials).join(',');
  return value;
}
