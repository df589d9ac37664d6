import type { Step } from './step';

const id = '{{taskId}}';

const newTask = {
  title: 'Paint the fence',
  description: 'Both sides, green.',
  labels: ['{{label}}'],
  assignedTo: '{{workerId}}',
  deadline: '2027-05-01',
};

const key = { 'Idempotency-Key': '"{{idempotencyKey}}"' };

const statusIs = (status: string) =>
  `pm.test('is "${status}"', () => pm.expect(pm.response.json().status).to.eql('${status}'));`;

const creation: Step[] = [
  {
    operation: 'createTask',
    name: 'Create a task',
    shows: 'Assigns it to the member, with an Idempotency-Key that makes it safe to repeat.',
    headers: key,
    body: newTask,
    before: [
      "const random = pm.variables.replaceIn('{{$guid}}');",
      "pm.collectionVariables.set('idempotencyKey', random);",
      "pm.collectionVariables.set('label', `run-${random.slice(0, 8)}`);",
    ],
    then: [
      'const { _id } = pm.response.json();',
      "pm.test('Location leads to the task', () => pm.expect(pm.response.headers.get('Location')).to.eql(`/tasks/${_id}`));",
      "pm.collectionVariables.set('taskId', _id);",
      "pm.collectionVariables.set('createdTask', pm.response.text());",
    ],
  },
  {
    operation: 'createTask',
    name: 'Repeat the request',
    shows: 'With the same key it gets the first answer, and creates no second task.',
    headers: key,
    body: newTask,
    then: [
      "pm.test('is replayed', () => pm.expect(pm.response.headers.get('Idempotent-Replayed')).to.eql('true'));",
      "pm.test('is the same answer', () => pm.expect(pm.response.text()).to.eql(pm.collectionVariables.get('createdTask')));",
    ],
  },
  {
    operation: 'createTask',
    name: 'Reuse the key with another body',
    shows: 'A key belongs to one request.',
    status: 422,
    headers: key,
    body: { title: 'Paint the door' },
  },
  {
    operation: 'createTask',
    name: 'Create a second task',
    shows: 'Makes a second page.',
    body: { ...newTask, title: 'Mow the lawn' },
    then: ["pm.collectionVariables.set('otherTaskId', pm.response.json()._id);"],
  },
  {
    operation: 'createTask',
    name: 'Create a task as a member',
    shows: 'Only Admins may create tasks.',
    as: 'worker',
    status: 403,
    body: newTask,
  },
];

const reading: Step[] = [
  {
    operation: 'listTasks',
    name: 'Find both, one per page',
    shows:
      'Filters, limits the page to one entry, and counts all pages. Stores the address of the next page.',
    query: { label: '{{label}}', status: 'to Do,Doing', limit: '1', count: 'true' },
    then: [
      "pm.test('there are two', () => pm.expect(pm.response.headers.get('X-Total-Count')).to.eql('2'));",
      "pm.test('the newest comes first', () => pm.expect(pm.response.json().map(({ _id }) => _id)).to.eql([pm.collectionVariables.get('otherTaskId')]));",
      "const [, next = ''] = /<([^>]+)>; rel=\"next\"/.exec(pm.response.headers.get('Link')) || [];",
      "pm.test('Link names the next page', () => pm.expect(next).to.not.eql(''));",
      "pm.collectionVariables.set('nextPage', next);",
    ],
  },
  {
    operation: 'listTasks',
    name: 'Get the next page',
    shows: 'Uses the address from the Link header unchanged.',
    address: '{{url}}{{nextPage}}',
    then: [
      "pm.test('has the other task', () => pm.expect(pm.response.json().map(({ _id }) => _id)).to.eql([pm.collectionVariables.get('taskId')]));",
      "pm.test('is the last', () => pm.expect(pm.response.headers.get('Link')).to.not.include('rel=\"next\"'));",
    ],
  },
  {
    operation: 'getTask',
    name: 'Get the task',
    shows: 'Stores its ETag.',
    params: { id },
    then: [
      "pm.test('has an ETag', () => pm.expect(pm.response.headers.get('ETag')).to.be.a('string'));",
      "pm.collectionVariables.set('taskTag', pm.response.headers.get('ETag'));",
    ],
  },
  {
    operation: 'getTask',
    name: 'Get it again, unchanged',
    shows: 'With its ETag as If-None-Match the body is not sent again.',
    status: 304,
    params: { id },
    headers: { 'If-None-Match': '{{taskTag}}' },
  },
];

const change: Step[] = [
  {
    operation: 'patchTask',
    name: 'Change the version that was read',
    shows: 'Sends its ETag as If-Match. In a merge patch null clears a field.',
    params: { id },
    headers: { 'If-Match': '{{taskTag}}' },
    body: { priority: 'high', deadline: null },
    then: [
      "pm.test('is changed', () => pm.expect(pm.response.json()).to.include({ priority: 'high', deadline: null }));",
      "pm.test('has another ETag', () => pm.expect(pm.response.headers.get('ETag')).to.not.eql(pm.collectionVariables.get('taskTag')));",
    ],
  },
  {
    operation: 'patchTask',
    name: 'Change an outdated version',
    shows: 'The old ETag no longer matches, so nothing is overwritten unseen.',
    status: 412,
    params: { id },
    headers: { 'If-Match': '{{taskTag}}' },
    body: { priority: 'low' },
  },
  {
    operation: 'updateTask',
    name: 'Begin the task as the member',
    shows: 'Members may change the status of their own tasks.',
    as: 'worker',
    params: { id },
    body: { status: 'Doing' },
    then: [statusIs('Doing')],
  },
  {
    operation: 'patchTask',
    name: 'Finish the task as the member',
    shows: 'PATCH works as well as PUT.',
    as: 'worker',
    params: { id },
    body: { status: 'Done' },
    then: [statusIs('Done')],
  },
  {
    operation: 'updateTask',
    name: 'Reopen the task as the member',
    shows: 'Only Admins may reopen a task; `detail` says so.',
    as: 'worker',
    status: 409,
    params: { id },
    body: { status: 'to Do' },
  },
];

export const taskSteps: Step[] = [...creation, ...reading, ...change];
