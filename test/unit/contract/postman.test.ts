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

  it('holds no password', () => {
    expect(postmanEnvironment.values.at(-1)).toMatchObject({
      key: 'adminPassword',
      value: '',
      type: 'secret',
    });
  });
});
