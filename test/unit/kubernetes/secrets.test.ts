import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseAllDocuments } from 'yaml';
import { readConfig, readProcessConfig } from '../../../src/config';
import { modelFaults } from '../../support/kubernetes/models';
import { environmentOf } from '../../support/kubernetes/process-checks';
import {
  folder,
  overlays,
  ownWorkloads,
  render,
  workloadsOf,
  type KubeObject,
} from '../../support/kubernetes/render';
import { secretsOf } from '../../support/kubernetes/secrets';

type Secret = KubeObject & { stringData: Record<string, string> };

const script = path.join(folder, 'overlays', 'local', 'secrets.sh');
const page = readFileSync(path.join(folder, '../../docs/kubernetes.md'), 'utf8');
const makeSecrets = () =>
  parseAllDocuments(execFileSync(script, { encoding: 'utf8' })).map((one) => one.toJS() as Secret);

/** Fills in what the Secrets hold. */
function environment(name: string, secrets: Secret[]): Record<string, string> {
  const workload = ownWorkloads(render('local')).find((one) => one.name === name)!;
  const values = (workload.container.env ?? []).flatMap(({ name: variable, valueFrom }) => {
    const { name: secret, key } = valueFrom?.secretKeyRef ?? {};
    return secret
      ? [[variable, secrets.find(({ metadata }) => metadata.name === secret)!.stringData[key!]!]]
      : [];
  });
  return { ...environmentOf(workload), ...(Object.fromEntries(values) as Record<string, string>) };
}

describe('the Secrets', () => {
  it.each(overlays)('of the overlay %s are known only to pods that need them', (overlay) => {
    const servers = { mongo: ['mongo'], rabbitmq: ['rabbitmq'], redis: ['redis'] };
    expect(
      Object.fromEntries(
        Object.entries(secretsOf(render(overlay))).map(([name, keys]) => [
          name,
          [...new Set(keys.map(({ secret }) => secret))],
        ]),
      ),
    ).toEqual({
      api: ['api', 'token-keys'],
      'job-worker': ['job-worker'],
      migration: ['api'],
      ...(overlay === 'local' ? servers : { KEDA: ['keda-rabbitmq'] }),
    });
  });

  it('give the job worker no key of the tokens, no Redis and no user of the API', () => {
    const keys = Object.values(secretsOf(render('production'))['job-worker']!).map(({ key }) => key);
    expect(keys).toEqual(['MONGO_URL', 'AMQP_URL']);
  });

  it('of the local overlay are made by its script, each time others', () => {
    const made = [makeSecrets(), makeSecrets()] as const;
    for (const secret of made[0]) expect(modelFaults(secret)).toEqual([]);
    const has = (secret: string, key?: string) =>
      made[0].some(({ metadata, stringData }) => metadata.name === secret && (!key || key in stringData));
    for (const { secret, key } of Object.values(secretsOf(render('local'))).flat())
      expect([secret, key, has(secret, key)]).toEqual([secret, key, true]);
    const values = made.flatMap((secrets) => secrets.flatMap(({ stringData }) => Object.values(stringData)));
    const passwords = values.filter((value) => /^[0-9a-f]{64}$/.test(value));
    expect(passwords).toHaveLength(2 * 6);
    expect(new Set(passwords).size).toBe(passwords.length);
  });

  it('of the local overlay let each process find the servers of the cluster', () => {
    const secrets = makeSecrets();
    const services = workloadsOf(render('local')).map(({ name }) => name);
    const stored = (name: string) => secrets.find(({ metadata }) => metadata.name === name)!.stringData;
    const api = readConfig({
      ...environment('api', secrets),
      JWT_SECRETS_FILE: '',
      JWT_SECRETS: stored('token-keys')['jwt-secrets'],
    });
    const worker = readProcessConfig(environment('job-worker', secrets));
    expect(services).toEqual(expect.arrayContaining(['mongo', 'redis', 'rabbitmq']));
    expect([new URL(api.mongoUrl), new URL(worker.mongoUrl)]).toMatchObject([
      { host: 'mongo:27017', username: 'api', password: stored('mongo').MONGO_API_PASSWORD },
      { host: 'mongo:27017', username: 'worker', password: stored('mongo').MONGO_WORKER_PASSWORD },
    ]);
    expect(new URL(api.redisUrl!)).toMatchObject({
      host: 'redis:6379',
      password: stored('redis').REDIS_PASSWORD,
    });
    expect(new URL(worker.rabbit!.url)).toMatchObject({
      host: 'rabbitmq:5672',
      password: stored('rabbitmq').RABBITMQ_PASSWORD,
    });
    expect(worker.redisUrl).toBeUndefined();
  });

  it('of the production overlay are named by the page, with each key', () => {
    for (const { secret, key = 'jwt-secrets' } of Object.values(secretsOf(render('production'))).flat()) {
      const command = new RegExp(`secret generic ${secret}\\b[^]*?(?=\\nkubectl|\\n\`\`\`)`).exec(page)?.[0];
      expect([secret, key, command?.includes(`=${key}=`) ?? false]).toEqual([secret, key, true]);
    }
  });
});
