import type { Parameter } from '../document';
import type { Located } from './operations';
import type { Step } from './step';

const bearer = (token: string) => ({
  type: 'bearer',
  bearer: [{ key: 'token', value: `{{${token}}}`, type: 'string' }],
});

/** Default of all requests. */
export const ADMIN = bearer('token');

const NOBODY = { type: 'noauth' };

export function requestOf(step: Step, operation: Located) {
  const { summary, description, security, method } = operation;
  const general = description.startsWith(summary) ? description : `${summary}. ${description}`;
  return {
    ...(security.length === 0 ? { auth: NOBODY } : step.as && { auth: bearer('workerToken') }),
    method,
    header: headersOf(step, operation),
    url: urlOf(step, operation),
    ...(step.body !== undefined && { body: bodyOf(step.body) }),
    description: `${step.shows}\n\n**${operation.operationId}**: ${general}`,
  };
}

const parametersIn = (place: string, { parameters = [] }: Located) =>
  parameters.filter((parameter) => parameter.in === place);

const descriptionOf = ({ description, schema }: Parameter) => description ?? schema.description;
const exampleOf = ({ example, schema }: Parameter) =>
  String(example ?? schema.example ?? schema.default ?? '');

/** Returns the given parameters, and the others as disabled ones to try. */
function choices(place: string, given: Record<string, string>, operation: Located) {
  const declared = new Map(parametersIn(place, operation).map((parameter) => [parameter.name, parameter]));
  const others = [...declared.values()].filter(({ name }) => !(name in given));
  return [
    ...Object.entries(given).map(([key, value]) => {
      const parameter = declared.get(key);
      return { key, value, description: parameter && descriptionOf(parameter) };
    }),
    ...others.map((parameter) => ({
      key: parameter.name,
      value: exampleOf(parameter),
      description: descriptionOf(parameter),
      disabled: true,
    })),
  ];
}

function headersOf({ headers = {}, body }: Step, operation: Located) {
  const [type] = Object.keys(operation.requestBody?.content ?? {});
  const own = body === undefined ? headers : { 'Content-Type': type!, ...headers };
  return choices('header', own, operation);
}

function urlOf({ address, params = {}, query = {} }: Step, operation: Located) {
  if (address) return { raw: address, host: [address] };
  const path = operation.path.replace(/\{(\w+)\}/g, ':$1').slice(1);
  const search = Object.entries(query).map(([key, value]) => `${key}=${value}`);
  const variables = parametersIn('path', operation);
  const choice = choices('query', query, operation);
  return {
    raw: `{{url}}/${path}${search.length > 0 ? `?${search.join('&')}` : ''}`,
    host: ['{{url}}'],
    path: path.split('/'),
    ...(choice.length > 0 && { query: choice }),
    ...(variables.length > 0 && {
      variable: variables.map(({ name }) => ({ key: name, value: params[name] })),
    }),
  };
}

function bodyOf(body: object | string) {
  if (typeof body === 'string') return { mode: 'raw', raw: body };
  return { mode: 'raw', raw: JSON.stringify(body, null, 2), options: { raw: { language: 'json' } } };
}
