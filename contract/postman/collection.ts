import { createHash } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import { apiDocument, type ApiAnswer } from '../document';
import { checksOf, EVERYWHERE } from './checks';
import { operations } from './operations';
import { RENEW } from './renewal';
import { ADMIN, requestOf } from './request';
import type { Chapter, Step } from './step';
import { chapters, VARIABLES } from './story';

const SCHEMA = 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json';

const ABOUT = `
Import this collection and its environment, set \`adminPassword\` there, and press **Run**: every request passes, on
any stack and any number of times. The requests build on each other from top to bottom and remove what they created.
Enable the disabled parameters to try them. Tokens are renewed by themselves a minute before they expire.`;

/** Returns a stable id in the form of a UUID. */
export function idOf(name: string): string {
  const hex = createHash('sha256').update(`taskfleet/${name}`).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  );
}

const event = (listen: 'prerequest' | 'test', exec: string[]) => ({
  listen,
  script: { type: 'text/javascript', exec },
});

function operationOf({ operation: id, name, status }: Step) {
  const operation = operations.get(id);
  if (!operation) throw new Error(`"${name}": unknown operation ${id}`);
  const expected = status ?? Number(Object.keys(operation.responses).find((code) => code < '300'));
  const answer = operation.responses[expected];
  if (!answer) throw new Error(`"${name}": the document declares no answer ${expected} of ${id}`);
  return { operation, status: expected, answer };
}

function itemOf(step: Step, chapter: string) {
  const { operation, status, answer } = operationOf(step);
  const request = requestOf(step, operation);
  return {
    id: idOf(`${chapter}/${step.name}`),
    name: step.name,
    event: [
      ...(step.before ? [event('prerequest', step.before)] : []),
      event('test', [...checksOf(status, answer), ...(step.then ?? [])]),
    ],
    request,
    response: [exampleOf(request, status, answer)],
  };
}

function exampleOf(originalRequest: object, code: number, { description, headers = {}, content }: ApiAnswer) {
  const [[type, { example }] = ['', { example: undefined }]] = Object.entries(content ?? {});
  const header = Object.entries(headers).map(([key, { example }]) => ({ key, value: String(example) }));
  return {
    name: description,
    originalRequest,
    status: STATUS_CODES[code],
    code,
    _postman_previewlanguage: type.endsWith('json') ? 'json' : 'text',
    header: [...(type ? [{ key: 'Content-Type', value: type }] : []), ...header],
    body: example === undefined ? '' : JSON.stringify(example, null, 2),
  };
}

const folderOf = ({ name, description, steps }: Chapter) => ({
  id: idOf(name),
  name,
  description,
  item: steps.map((step) => itemOf(step, name)),
});

/** The collection in Postman's format 2.1. */
export const postmanCollection = {
  info: {
    _postman_id: idOf('collection'),
    name: apiDocument.info.title,
    description: `${apiDocument.info.description}\n${ABOUT}`,
    schema: SCHEMA,
  },
  auth: ADMIN,
  event: [event('prerequest', RENEW), event('test', EVERYWHERE)],
  variable: Object.entries(VARIABLES).map(([key, description]) => ({ key, value: '', description })),
  item: chapters.map(folderOf),
};
