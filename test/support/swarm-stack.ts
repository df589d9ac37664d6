import path from 'node:path';
import { parse } from 'yaml';
import { read, type Service } from './compose-file';

interface Limits {
  memory?: string;
}
export interface SwarmService extends Omit<Service, 'volumes'> {
  extends?: { file: string; service: string };
  hostname?: string;
  secrets?: string[];
  configs?: { source: string; target: string }[];
  volumes?: (string | { type: string; target: string })[];
  deploy?: {
    replicas?: string;
    mode?: string;
    endpoint_mode?: string;
    placement?: { constraints: string[] };
    update_config?: { order: string; failure_action: string };
    rollback_config?: { order: string };
    resources?: { limits: Limits; reservations?: Limits };
  };
}
interface StackFile {
  services: Record<string, SwarmService | null>;
  secrets?: Record<string, { external: boolean; name: string }>;
  configs?: Record<string, { file: string; name: string }>;
  networks?: Record<string, { internal?: boolean } | null>;
}

/** What `!reset` leaves of a value. */
const NOTHING = Symbol('reset');
const customTags = [
  { tag: '!reset', resolve: () => NOTHING },
  // Here a list always replaces the one below it, and no map does.
  ...(['seq', 'map'] as const).map((collection) => ({
    tag: '!override',
    collection,
    resolve: (value: unknown) => value,
  })),
];
const readStack = (file: string) => parse(read(file), { merge: true, customTags }) as StackFile;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Merges like Compose: objects by key, anything else replaces what was below. */
function merged(below: unknown, above: unknown): unknown {
  if (!isObject(below) || !isObject(above)) return above;
  const all = Object.entries({ ...below, ...above }).map(([key, value]) => [key, merged(below[key], value)]);
  return Object.fromEntries(all.filter(([, value]) => value !== NOTHING));
}

/** Resolves `extends`, through several files. */
function resolved(file: string, name: string): SwarmService {
  const { extends: base, ...own } = readStack(file).services[name]!;
  if (!base) return own;
  return merged(resolved(path.join(path.dirname(file), base.file), base.service), own) as SwarmService;
}

const FILE = 'deploy/swarm/stack.yml';
export const stack = readStack(FILE);
/** The services as Swarm gets them. */
export const services = Object.fromEntries(
  Object.keys(stack.services).map((name) => [name, resolved(FILE, name)]),
);
export const membersOf = (name: string) => Object.keys(services).filter((key) => key.startsWith(`${name}-`));
