import { apiDocument } from './document';

/** The types of the document, for openapi-fetch. */
export async function clientTypes(): Promise<string> {
  const { default: openapiTS, astToString } = await import('openapi-typescript');
  const { factory } = await import('typescript');
  const blob = factory.createTypeReferenceNode('Blob');
  const nodes = await openapiTS(JSON.stringify(apiDocument), {
    transform: ({ format }) => (format === 'binary' ? blob : undefined),
  });
  return `/** Made from the declarations of the routes by \`npm run generate\`. */\n\n${astToString(nodes)}`;
}
