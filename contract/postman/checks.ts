import type { ApiAnswer } from '../document';

/** Checks of every request, kept once at the collection. */
export const EVERYWHERE = [
  "pm.test('X-Request-Id identifies it in the log', () => pm.expect(pm.response.headers.get('X-Request-Id')).to.match(/^[\\w-]{8,64}$/));",
];

type Schema = Record<string, unknown>;

/**
 * Strips a schema to what decides, so that the script is readable: no descriptions, and no pattern if there is a format.
 * Drops OpenAPI's integer formats, with which Postman refuses the whole schema.
 */
function bare(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(bare);
  if (typeof schema !== 'object' || schema === null) return schema;
  const { description, example, properties, pattern, format, ...rest } = schema as Schema;
  const named = Object.entries((properties ?? {}) as Schema).map(([name, part]) => [name, bare(part)]);
  return {
    ...Object.fromEntries(Object.entries(rest).map(([key, part]) => [key, bare(part)])),
    ...(properties ? { properties: Object.fromEntries(named) as Schema } : {}),
    ...(format && rest.type !== 'integer' ? { format } : pattern ? { pattern } : {}),
  };
}

/** Returns checks that the answer is what the document declares for this status. */
export function checksOf(status: number, { content }: ApiAnswer): string[] {
  const answers = `pm.test('answers ${status}', () => pm.response.to.have.status(${status}));`;
  if (!content) {
    return [answers, "pm.test('has no body', () => pm.expect(pm.response.text()).to.eql(''));"];
  }
  const [[type, { schema }]] = Object.entries(content) as [[string, { schema: object }]];
  return [
    answers,
    `pm.test('is ${type}', () => pm.expect(pm.response.headers.get('Content-Type')).to.include('${type}'));`,
    ...(type.endsWith('json')
      ? [
          `const schema = ${JSON.stringify(bare(schema))};`,
          "pm.test('matches the schema of the document', () => pm.response.to.have.jsonSchema(schema));",
        ]
      : []),
  ];
}
