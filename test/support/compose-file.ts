import { readFileSync } from 'node:fs';
import path from 'node:path';
import { DockerfileParser } from 'dockerfile-ast';
import { parse } from 'yaml';
import { readProcessConfig } from '../../src/config';

export interface Service {
  image: string;
  build?: string | { context: string };
  user?: string;
  command?: string | string[];
  networks: string[];
  read_only?: boolean;
  cap_drop?: string[];
  cap_add?: string[];
  security_opt?: string[];
  privileged?: boolean;
  tmpfs?: string[];
  dns_opt?: string[];
  environment?: Record<string, string>;
  ports?: string[];
  volumes?: string[];
  healthcheck?: { test: string[] };
  stop_grace_period?: string;
  depends_on?: Record<string, { condition: string }>;
}

export const root = path.join(__dirname, '..', '..');
export const read = (file: string) => readFileSync(path.join(root, file), 'utf8');
export const compose = parse(read('docker-compose.yml'), { merge: true }) as {
  services: Record<string, Service>;
  networks: Record<string, { internal?: boolean } | null>;
  volumes: Record<string, unknown>;
};
export const { nginx, api, worker, mongo, redis, rabbitmq } = compose.services as Record<string, Service> &
  Record<'nginx' | 'api' | 'worker' | 'mongo' | 'redis' | 'rabbitmq', Service>;
/** Reads a duration such as `30s`. */
export const seconds = (text: string | undefined) => Number(/^(\d+)s$/.exec(text ?? '')?.[1]);
/** Fills in ${NAME:-default} and ${NAME:?message} as Compose does. */
export const filledIn = (environment: Record<string, string>) =>
  Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [
      name,
      value.replace(/\$\{\w+(:-|:\?)(.*?)\}/g, (_, kind, rest: string) =>
        kind === ':-' ? rest : 'x'.repeat(64),
      ),
    ]),
  );

const imageEnvironment = Object.fromEntries(
  DockerfileParser.parse(read('Dockerfile'))
    .getENVs()
    .flatMap((env) => env.getProperties())
    .map((property) => [property.getName(), property.getValue() ?? '']),
);

export const environmentOf = (service: Service) => ({
  ...imageEnvironment,
  ...filledIn(service.environment!),
});
export const configOf = (service: Service) => readProcessConfig(environmentOf(service));
