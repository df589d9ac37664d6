import prettier from 'prettier';
import { clientTypes } from './client-types';
import { apiDocument } from './document';
import { postmanCollection } from './postman/collection';
import { postmanEnvironment } from './postman/environment';

/**
 * What is made from the declarations of the routes and kept in the repository, by its path: `npm run generate`
 * writes these files, and `npm test` fails where one of them isn't what would be written.
 */
export async function generatedFiles(): Promise<Record<string, string>> {
  const json = (value: unknown) => formatted('json', JSON.stringify(value));
  return {
    'client/schema.d.ts': await formatted('typescript', await clientTypes()),
    'contract/openapi.json': await json(apiDocument),
    'postman/taskfleet.postman_collection.json': await json(postmanCollection),
    'postman/taskfleet.postman_environment.json': await json(postmanEnvironment),
  };
}

async function formatted(parser: 'json' | 'typescript', text: string): Promise<string> {
  const options = await prettier.resolveConfig(__filename);
  return prettier.format(text, { ...options, parser });
}
