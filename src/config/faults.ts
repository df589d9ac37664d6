import { z } from 'zod';
import type { About } from './describe';
import { shortened } from '../lib/shortened';

type Shape = z.ZodObject;
const LONGEST = 60;

export interface Variable extends About {
  name: string;
  allowed: string;
  defaultText: string;
}

/** Describes each variable of a schema, for the messages and docs/configuration.md. */
export function variablesOf(schema: Shape): Variable[] {
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: 'input' });
  return Object.entries(schema.shape).map(([name, type]) => {
    const about = (type as z.ZodType).meta() as unknown as About;
    const json = properties[name] as z.core.JSONSchema.JSONSchema;
    return {
      ...about,
      name,
      allowed: about.allowed ?? allowedBy(json),
      defaultText: about.defaultText ?? defaultOf(type as z.ZodType, required.includes(name)),
    };
  });
}

function allowedBy({ enum: values, type, minimum, maximum }: z.core.JSONSchema.JSONSchema): string {
  if (values) return values.join(', ');
  return type === 'integer' ? `a whole number from ${minimum} to ${maximum}` : 'any text';
}

/** Parses `undefined`, since JSON Schema loses a default behind a transformation. */
function defaultOf(type: z.ZodType, isRequired: boolean): string {
  const value = isRequired ? undefined : (type.safeParse(undefined).data as string | string[] | undefined);
  return value === undefined ? 'none' : [value].flat().join(', ');
}

export function configFaults(schema: Shape, given: Record<string, string | undefined>): string[] {
  const { error } = schema.safeParse(given);
  if (!error) return [];
  const wrong = new Set(error.issues.map(({ path }) => String(path[0])));
  // Other types know only that the value is wrong.
  const own = error.issues.filter(({ code, message }) => code === 'custom' && message !== 'Invalid input');
  const reasons = new Map(own.map(({ path, message }) => [String(path[0]), message]));
  return variablesOf(schema)
    .filter(({ name }) => wrong.has(name))
    .map(({ name, allowed, secret }) => {
      const value = given[name];
      const is = value === undefined ? 'not set' : shown(value, secret);
      const reason = reasons.get(name);
      return `${name} ${reason ? `${reason}. It` : `is ${is}; it`} can be ${allowed}.`;
    });
}

/** The given value, without its secret part. */
function shown(value: string, secret: About['secret']): string {
  if (secret === 'whole') return 'wrong';
  const open = secret ? withoutCredentials(value) : value;
  return JSON.stringify(shortened(open, LONGEST));
}

/** Replaces what may be a password in a URL, or in what should be one. */
export const withoutCredentials = (url: string): string =>
  url.replace(/^(\w[\w+]*:\/\/)?.*@/s, '$1…@').replace(/\?.*/s, '?…');
