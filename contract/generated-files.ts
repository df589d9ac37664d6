import { readFile } from 'node:fs/promises';
import prettier from 'prettier';
import { taskTable } from '../src/tasks/task-lists';
import { userTable } from '../src/users/user-lists';
import { clientTypes } from './client-types';
import { configurationPage } from './configuration-page';
import { apiDocument } from './document';
import { describeTable } from './list-tables';
import { postmanCollection } from './postman/collection';
import { postmanEnvironment } from './postman/environment';

/**
 * What is made from the declarations of the routes and of the configuration, and kept in the repository, by its path: `npm run generate`
 * writes these files, and `npm test` fails where one of them isn't what would be written.
 */
export async function generatedFiles(): Promise<Record<string, string>> {
  const json = (value: unknown) => formatted('json', JSON.stringify(value));
  return {
    'docs/api.md': await withTables(),
    'docs/configuration.md': configurationPage(),
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

/** The hand-written page with what is served in the places that are marked for it. */
async function withTables(): Promise<string> {
  const page = await readFile('docs/api.md', 'utf8');
  const tables = { 'task-lists': taskTable, 'user-lists': userTable };
  return Object.entries(tables).reduce((text, [name, table]) => {
    const place = new RegExp(`(<!-- ${name} -->\\n)[^]*?(<!-- end -->\\n)`);
    if (!place.test(text)) throw new Error(`docs/api.md has no place marked ${name}`);
    return text.replace(place, `$1\n${describeTable(table)}\n\n$2`);
  }, page);
}
