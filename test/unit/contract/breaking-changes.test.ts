import { breakingChanges, type Contract } from '../../../contract/breaking-changes';
import { apiDocument } from '../../../contract/document';
import released from '../../../contract/released.json';
import { isRaisedBy, neededStep } from '../../../contract/version-step';

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- documents are changed at whatever place
type Free = any;

const before = apiDocument as unknown as Contract;
const schemas = (document: Free) => document.components.schemas;
const task = (document: Free) => schemas(document).Task;
const newTask = (document: Free) => schemas(document).NewTask;
const listTasks = (document: Free) => document.paths['/tasks'].get;
const createTask = (document: Free) => document.paths['/tasks'].post;
const putAvatar = (document: Free) => document.paths['/users/{id}/avatar'].put;
const parameter = (operation: Free, name: string) =>
  operation.parameters.find((one: { name: string }) => one.name === name);
const drop = (list: unknown[], value: unknown) => list.splice(list.indexOf(value), 1);
const renameField = (document: Free, from: string, to: string) => {
  const { schema } = parameter(listTasks(document), 'fields');
  schema.pattern = schema.pattern.replaceAll(from, to);
};
const without = (operation: Free, name: string) => drop(operation.parameters, parameter(operation, name));

function changed(change: (document: Free) => void): Contract {
  const copy = JSON.parse(JSON.stringify(before)) as Contract;
  change(copy);
  return copy;
}

describe('the check of breaking changes', () => {
  it('breaks no client of the released contract', () => {
    const present = apiDocument as unknown as Contract;
    const faults = breakingChanges(released, present);
    const isNewMajor = isRaisedBy('major', released.info.version, present.info.version);
    expect(isNewMajor ? [] : faults).toEqual([]);
  });

  it.each<[string, (document: Free) => void, string]>([
    ['a removed path', (d) => delete d.paths['/jobs/{id}'], 'GET /jobs/{id} is not there any more'],
    ['a removed operation', (d) => delete d.paths['/tasks'].post, 'POST /tasks is not there any more'],
    ['another operationId', (d) => (createTask(d).operationId = 'addTask'), 'operationId was createTask'],
    [
      'a stricter security',
      (d) => (d.paths['/users/login'].post.security = [{ token: [] }]),
      'security: is stricter',
    ],
    ['a removed success status', (d) => delete createTask(d).responses[201], '201: is not answered any more'],
    [
      'a removed media type of an answer',
      (d) => (d.paths['/problems/{name}'].get.responses[200].content = { 'text/plain': {} }),
      '200: text/html is not there any more',
    ],
    ['a removed header', (d) => delete createTask(d).responses[201].headers.Location, 'the header Location'],
    ['a removed property', (d) => delete task(d).properties.labels, 'labels: is not there any more'],
    ['a property that may be missing', (d) => drop(task(d).required, 'labels'), 'labels may be missing now'],
    [
      'a property that can be null',
      (d) => (task(d).properties.createdAt = { anyOf: [task(d).properties.createdAt, { type: 'null' }] }),
      'createdAt: can be null now',
    ],
    ['another type', (d) => (task(d).properties.position.type = 'string'), 'position: can be string now'],
    [
      'a wider number',
      (d) => (schemas(d).Job.properties.attempts.type = 'number'),
      'attempts: can be number now',
    ],
    [
      'a longer text',
      (d) => (task(d).properties.title.maxLength = 900),
      'title: maxLength was 200 and is 900',
    ],
    ['a new value in an answer', (d) => schemas(d).TaskStatus.enum.push('Waiting'), '"Waiting" can come now'],
    ['any value for one of a few', (d) => delete schemas(d).Role.enum, '"any value" can come now'],
    [
      'a new required parameter',
      (d) => listTasks(d).parameters.push({ in: 'query', name: 'of', required: true, schema: {} }),
      'query parameter of: is required now',
    ],
    [
      'a parameter required now',
      (d) => (parameter(listTasks(d), 'q').required = true),
      'query parameter q: is required',
    ],
    ['a removed parameter', (d) => without(listTasks(d), 'q'), 'query parameter q: is not there any more'],
    [
      'a removed header of a request',
      (d) => without(createTask(d), 'Idempotency-Key'),
      'header parameter Idempotency-Key: is not there any more',
    ],
    [
      'a narrower parameter',
      (d) => (parameter(listTasks(d), 'limit').schema.maximum = 50),
      'maximum was 100 and is 50',
    ],
    [
      'a removed sort',
      (d) => drop(parameter(listTasks(d), 'sort').schema.enum, 'position'),
      '"position" is not taken',
    ],
    [
      'a new required property',
      (d) => newTask(d).required.push('status'),
      'body the whole: status is required now',
    ],
    [
      'a property no longer taken',
      (d) => delete newTask(d).properties.labels,
      'body labels: is not there any more',
    ],
    [
      'a type no longer taken',
      (d) => (newTask(d).properties.deadline.anyOf.length = 1),
      'deadline: null is not taken',
    ],
    [
      'fewer values taken',
      (d) => drop(schemas(d).TaskPriority.enum, 'urgent'),
      '"urgent" is not taken any more',
    ],
    [
      'fewer items taken',
      (d) => (newTask(d).properties.labels.maxItems = 3),
      'labels: maxItems was 20 and is 3',
    ],
    [
      'a shorter item',
      (d) => (newTask(d).properties.labels.items.maxLength = 5),
      'labels[]: maxLength was 50 and is 5',
    ],
    ['another pattern', (d) => (newTask(d).properties.title.pattern = '^[a-z]+$'), 'title: pattern was'],
    ['a name less for fields=', (d) => renameField(d, 'deadline|', ''), 'fields: pattern was'],
    [
      'a limit that is new',
      (d) => (newTask(d).properties.labels.minItems = 1),
      'minItems was not limited and is 1',
    ],
    ['fewer properties taken', (d) => (schemas(d).LogIn.minProperties = 3), 'minProperties was 2 and is 3'],
    [
      'a word not known here',
      (d) => (newTask(d).properties.labels.uniqueItems = true),
      'uniqueItems was not limited',
    ],
    ['a removed body', (d) => delete createTask(d).requestBody, 'body: is not taken any more'],
    [
      'a removed media type',
      (d) => delete putAvatar(d).requestBody.content['image/png'],
      'body: image/png is not there any more',
    ],
  ])('finds %s', (_name, change, words) => {
    const faults = breakingChanges(before, changed(change));
    expect(faults.join('\n')).toContain(words);
    expect(neededStep(before, changed(change))).toBe('major');
  });

  it('finds a body that has become required', () => {
    const optional = changed((d) => (createTask(d).requestBody.required = false));
    expect(breakingChanges(optional, before)).toEqual(['POST /tasks body: is required now']);
  });

  it.each<[string, (document: Free) => void]>([
    ['a new path', (d) => (d.paths['/labels'] = { get: listTasks(d) })],
    ['a new property in an answer', (d) => (task(d).properties.color = { type: 'string' })],
    ['a new optional property', (d) => (newTask(d).properties.color = { type: 'string' })],
    ['a property no longer required', (d) => drop(newTask(d).required, 'title')],
    ['a property that is always there', (d) => (schemas(d).TaskPart.required = ['_id', 'title'])],
    [
      'a new optional parameter',
      (d) => listTasks(d).parameters.push({ in: 'query', name: 'of', schema: {} }),
    ],
    ['a wider limit of a request', (d) => (newTask(d).properties.title.maxLength = 900)],
    ['a narrower limit of an answer', (d) => (task(d).properties.title.maxLength = 90)],
    ['a value more to send', (d) => parameter(listTasks(d), 'sort').schema.enum.push('title')],
    ['a name more for fields=', (d) => renameField(d, 'deadline', 'deadline|color')],
    ['a value less to come', (d) => drop(schemas(d).JobStatus.enum, 'failed')],
    ['no need of a token', (d) => (listTasks(d).security = [])],
    ['a new media type', (d) => (putAvatar(d).requestBody.content['image/avif'] = { schema: {} })],
  ])('treats %s as an addition', (_name, change) => {
    expect(breakingChanges(before, changed(change))).toEqual([]);
    expect(neededStep(before, changed(change))).toBe('minor');
  });

  it('treats other words as a patch, and a new version alone as no change', () => {
    expect(
      neededStep(
        before,
        changed((d) => (listTasks(d).summary = 'Tasks')),
      ),
    ).toBe('patch');
    expect(
      neededStep(
        before,
        changed((d) => (d.info.version = '9.0.0')),
      ),
    ).toBeUndefined();
  });

  it.each([
    ['major', '1.2.3', '2.0.0', true],
    ['major', '1.2.3', '1.3.0', false],
    ['minor', '1.2.3', '1.3.0', true],
    ['minor', '1.2.3', '2.0.0', true],
    ['minor', '1.2.3', '1.2.4', false],
    ['minor', '1.2.3', '0.9.9', false],
    ['patch', '1.2.3', '1.2.4', true],
    ['patch', '1.2.3', '1.2.3', false],
  ] as const)('knows whether a new %s leads from %s to %s: %s', (step, from, to, isRaised) => {
    expect(isRaisedBy(step, from, to)).toBe(isRaised);
  });
});
