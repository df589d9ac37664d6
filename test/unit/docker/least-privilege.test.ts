import { readConfig } from '../../../src/config';
import { api, compose, environmentOf, read, worker } from '../../support/compose-file';

describe('each container', () => {
  const services = Object.entries(compose.services);
  const secrets = Object.entries(compose.services).flatMap(([service, { environment = {} }]) =>
    Object.values(environment).flatMap((value) =>
      [...value.matchAll(/\$\{(\w+):\?/g)].map(([, secret]) => ({ service, secret: secret! })),
    ),
  );
  const seenBy = (service: string) =>
    [...new Set(secrets.filter((found) => found.service === service).map(({ secret }) => secret))].sort();

  it.each(services)('%s cannot gain rights or change its image', (_, service) => {
    expect(service).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
    });
    expect([service.cap_add, service.privileged]).toEqual([undefined, undefined]);
  });

  it.each(services)('%s does not run as root', (_, { user, build }) => {
    // The Dockerfile sets the user of the project's own image.
    const context = typeof build === 'object' ? build.context : build;
    expect(user ?? context).toMatch(/^(nginx|mongodb|redis|rabbitmq|\.)$/);
  });

  it('knows only the secrets that it needs', () => {
    expect(Object.fromEntries(services.map(([name]) => [name, seenBy(name)]))).toEqual({
      nginx: [],
      api: ['JWT_SECRET', 'MONGO_API_PASSWORD', 'RABBITMQ_PASSWORD', 'REDIS_PASSWORD'],
      worker: ['MONGO_WORKER_PASSWORD', 'RABBITMQ_PASSWORD'],
      mongo: ['MONGO_API_PASSWORD', 'MONGO_PASSWORD', 'MONGO_WORKER_PASSWORD'],
      redis: ['REDIS_PASSWORD'],
      rabbitmq: ['RABBITMQ_PASSWORD'],
    });
    expect(() => readConfig(environmentOf(api))).not.toThrow();
    expect(() => readConfig(environmentOf(worker))).toThrow('JWT_SECRET is not set');
  });

  it('starts only with all secrets that the head of the file creates', () => {
    const text = read('docker-compose.yml');
    const made = /for name in ([A-Z_ ]+); do/.exec(text)![1]!.split(' ');
    expect([...new Set(secrets.map(({ secret }) => secret))].sort()).toEqual(made.sort());
    // None has a default, and none is written down.
    for (const secret of made) expect(text).not.toMatch(new RegExp(`\\$\\{${secret}(?!:\\?)`));
    expect(text).not.toMatch(/guest|:\/\/\w*:[^$@\s]+@/);
  });

  it('shows no secret in a command line', () => {
    for (const [, { command = '', healthcheck }] of services) {
      const words = [command, healthcheck?.test ?? []].flat().join(' ');
      expect(words).not.toMatch(/(?<!\$)\$\{/);
      // Only the shell's own commands may write one.
      for (const [, before] of words.matchAll(/(\w+ [^&|;]*)\$\$\w*(?:PASSWORD|AUTH)/g))
        expect(before).toMatch(/^(printf|echo) /);
    }
  });

  it('reaches only the services that it needs', () => {
    const reached = Object.fromEntries(
      services.map(([name, { networks }]) => [
        name,
        services
          .filter(
            ([other, service]) =>
              other !== name && service.networks.some((network) => networks.includes(network)),
          )
          .map(([other]) => other)
          .sort(),
      ]),
    );
    expect(reached).toEqual({
      nginx: ['api'],
      api: ['mongo', 'nginx', 'rabbitmq', 'redis'],
      worker: ['mongo', 'rabbitmq'],
      mongo: ['api', 'worker'],
      redis: ['api'],
      rabbitmq: ['api', 'worker'],
    });
    expect(services.filter(([, { ports }]) => ports).map(([name]) => name)).toEqual(['nginx']);
    // Only NGINX is in one that leads outside.
    const open = Object.entries(compose.networks).flatMap(([network, options]) =>
      options?.internal ? [] : network,
    );
    expect(open).toEqual(['front']);
    expect(services.filter(([, { networks }]) => networks.includes('front')).map(([name]) => name)).toEqual([
      'nginx',
    ]);
  });
});
