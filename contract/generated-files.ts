import { readFile } from 'node:fs/promises';
import prettier from 'prettier';
import { fillPlans } from '../bench/commands/plan-page';
import { auditTable } from '../src/audit/audit-lists';
import { taskTable } from '../src/tasks/task-lists';
import { userTable } from '../src/users/user-lists';
import { clientTypes } from './client-types';
import { configurationPage } from './configuration-page';
import { apiDocument } from './document';
import { describeTable } from './list-tables';
import { postmanCollection } from './postman/collection';
import { postmanEnvironment } from './postman/environment';

/**
 * Returns the files that are generated from the declarations of routes and configuration, and pages with output, by path. `npm run generate`
 * writes them, and `npm test` fails if one is out of date.
 */
export async function generatedFiles(): Promise<Record<string, string>> {
  const json = (value: unknown) => formatted('json', JSON.stringify(value));
  return {
    'docs/api.md': await withTables(),
    'docs/configuration.md': configurationPage(),
    'docs/scaling.md': fillPlans(await readFile('docs/scaling.md', 'utf8')),
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

/** Fills the tables into their marked places in the hand-written page. */
async function withTables(): Promise<string> {
  const page = await readFile('docs/api.md', 'utf8');
  const tables = { 'task-lists': taskTable, 'user-lists': userTable, 'audit-lists': auditTable };
  return Object.entries(tables).reduce((text, [name, table]) => {
    const place = new RegExp(`(<!-- ${name} -->\\n)[^]*?(<!-- end -->\\n)`);
    if (!place.test(text)) throw new Error(`docs/api.md has no place marked ${name}`);
    return text.replace(place, `$1\n${describeTable(table)}\n\n$2`);
  }, page);
}
