import newman, { type NewmanRunOptions, type NewmanRunSummary } from 'newman';
import { chapters } from '../../contract/postman/story';
import collection from '../../postman/taskfleet.postman_collection.json';
import environment from '../../postman/taskfleet.postman_environment.json';
import { send, useCluster } from '../support/cluster';

const cluster = useCluster();

/** Runs the two files with the values that a person fills in. @returns the sent requests and the failures */
async function run(filledIn: Record<string, string>) {
  const options = {
    // Copies, since newman writes the values of variables into them.
    collection: structuredClone(collection) as unknown as NewmanRunOptions['collection'],
    environment: structuredClone(environment),
    envVar: Object.entries({ url: cluster.url, ...filledIn }).map(([key, value]) => ({ key, value })),
    timeout: 60_000,
  };
  const summary = await new Promise<NewmanRunSummary>((resolve, reject) => {
    newman.run(options, (error, result) => (error ? reject(error) : resolve(result)));
  });
  return {
    sent: summary.run.executions.map(({ item }) => item.name),
    failures: summary.run.failures.map(
      ({ source, error }) => `${source?.name}: ${error.test}: ${error.message}`,
    ),
  };
}

describe('the Postman collection', () => {
  it('passes as a whole, and passes again on the data of the first run', async () => {
    const { email, password } = await cluster.buildAdmin();
    const names = chapters.flatMap(({ steps }) => steps.map(({ name }) => name));
    for (let turn = 0; turn < 2; turn += 1) {
      const { sent, failures } = await run({ adminLogin: email, adminPassword: password });
      expect(failures).toEqual([]);
      expect([...new Set(sent)]).toEqual(names);
    }
  }, 150_000);

  it('renews a token that has five seconds left before the request, and keeps the new one', async () => {
    const { email, password } = await cluster.buildAdmin();
    const { body } = await send(cluster.url, 'POST', '/users/login', { email, password });
    const { refreshToken } = body as { refreshToken: string };
    const inFiveSeconds = new Date(Date.now() + 5_000).toISOString();
    // No worker accepts this token: only a renewed one works.
    const given = { url: cluster.url, token: 'expiring', refreshToken, expiresAt: inFiveSeconds };
    const options = {
      collection: {
        ...structuredClone(collection),
        variable: Object.entries(given).map(([key, value]) => ({ key, value })),
        item: ['first', 'second'].map((name) => ({
          name,
          request: { method: 'GET', url: '{{url}}/users/me' },
        })),
      } as unknown as NewmanRunOptions['collection'],
    };
    const { run } = await new Promise<NewmanRunSummary>((resolve, reject) => {
      newman.run(options, (error, result) => (error ? reject(error) : resolve(result)));
    });
    expect(run.failures).toEqual([]);
    // newman lists an item once more for a request that its script sent: the first renews, the second does not.
    expect(run.executions.map(({ item }) => item.name)).toEqual(['first', 'first', 'second']);
    expect(run.executions.map(({ response }) => response.code)).toEqual([200, 200, 200]);
    const sent = run.executions.map(({ request }) => request.headers.get('authorization'));
    expect(sent[0]).toMatch(/^Bearer eyJ/);
    expect(new Set(sent).size).toBe(1);
  });

  it('names the value to fill in, and stops', async () => {
    const { sent, failures } = await run({});
    expect(failures[0]).toContain('adminPassword is set in the environment');
    expect(sent.at(-1)).toBe('Log in as the Admin');
  });
});
