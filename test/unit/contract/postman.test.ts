import { apiRoutes } from '../../../contract/document';
import { postmanCollection } from '../../../contract/postman/collection';
import { postmanEnvironment } from '../../../contract/postman/environment';
import { chapters } from '../../../contract/postman/story';

const items = postmanCollection.item.flatMap(({ item }) => item);

describe('the Postman collection', () => {
  it('has every route of the API', () => {
    const told = new Set(chapters.flatMap(({ steps }) => steps.map(({ operation }) => operation)));
    expect([...told].sort()).toEqual(apiRoutes.map(({ id }) => id).sort());
  });

  it('has a description, checks and an example with each request', () => {
    for (const { name, request, event, response } of items) {
      expect(request.description).toMatch(/\n\n\*\*\w+\*\*: ./);
      expect(event.at(-1)!.script.exec.join('\n')).toContain("pm.test('answers ");
      expect({ name, codes: response.map(({ code }) => code) }).toEqual({
        name,
        codes: [expect.any(Number)],
      });
    }
  });

  it('gives each request an id and a name of its own', () => {
    expect(new Set(items.map(({ id }) => id)).size).toBe(items.length);
    expect(new Set(items.map(({ name }) => name)).size).toBe(items.length);
  });

  it('uses no variable that nothing sets', () => {
    const text = JSON.stringify(items);
    const used = new Set([...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name));
    const kept = postmanCollection.variable.map(({ key }) => key);
    const scripts = items.flatMap(({ event }) => event.flatMap(({ script }) => script.exec)).join('\n');
    const set = [...scripts.matchAll(/ariables\.set\('(\w+)'/g)].map(([, name]) => name!);
    expect(kept.filter((name) => !set.includes(name))).toEqual([]);
    const given = postmanEnvironment.values.map(({ key }) => key);
    expect([...used].filter((name) => ![...set, ...given].includes(name!))).toEqual([]);
  });

  it('holds no password', () => {
    expect(postmanEnvironment.values.at(-1)).toMatchObject({
      key: 'adminPassword',
      value: '',
      type: 'secret',
    });
  });
});
