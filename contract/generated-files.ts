import prettier from 'prettier';
import { apiDocument } from './document';

/**
 * What is made from the declarations of the routes and kept in the repository, by its path: `npm run generate`
 * writes these files, and `npm test` fails where one of them isn't what would be written.
 */
export async function generatedFiles(): Promise<Record<string, string>> {
  return {
    'contract/openapi.json': await formatted('json', JSON.stringify(apiDocument)),
  };
}

async function formatted(parser: 'json' | 'typescript', text: string): Promise<string> {
  const options = await prettier.resolveConfig(__filename);
  return prettier.format(text, { ...options, parser });
}
