import type { ApiAnswer } from '../document';

/** Of every request: stands once at the collection. */
export const EVERYWHERE = [
  "pm.test('X-Request-Id finds it in the log', () => pm.expect(pm.response.headers.get('X-Request-Id')).to.match(/^[\\w-]{8,64}$/));",
];

/** Whether the answer is what the document declares under this status. */
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
          `const schema = ${JSON.stringify(schema)};`,
          "pm.test('is as the document declares', () => pm.response.to.have.jsonSchema(schema));",
        ]
      : []),
  ];
}
