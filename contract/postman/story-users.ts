import type { Step } from './step';

const id = '{{workerId}}';

/**
 * A green WebP of 64 × 65 pixels of which every byte is ASCII: Postman sends a body that is text as UTF-8, and takes
 * no picture along in an import. Set by a script, since an editor might drop the zeros.
 */
const PICTURE = 'RIFF\x16\0\0\0WEBPVP8L\x09\0\0\0/?\0\x10\0(_D\x04\0';

const avatar: Step[] = [
  {
    operation: 'putAvatar',
    name: 'Send a picture',
    shows: 'A tiny WebP that stands in the script; for one of yours choose *binary* as the body.',
    as: 'worker',
    params: { id },
    headers: { 'Content-Type': 'image/webp' },
    body: '{{picture}}',
    before: [`pm.variables.set('picture', ${JSON.stringify(PICTURE)});`],
    then: [
      'const { _id } = pm.response.json();',
      "pm.test('Location leads to the job', () => pm.expect(pm.response.headers.get('Location')).to.eql(`/jobs/${_id}`));",
      "pm.collectionVariables.set('jobId', _id);",
      "pm.collectionVariables.set('jobAsked', '0');",
    ],
  },
  {
    operation: 'getJob',
    name: 'Wait for its job',
    shows: 'In a run it is asked again twice a second until it has ended, for 30 seconds at most.',
    as: 'worker',
    params: { id: '{{jobId}}' },
    before: ["if (pm.collectionVariables.get('jobAsked') !== '0') setTimeout(() => {}, 500);"],
    then: [
      'const { status, finishedAt } = pm.response.json();',
      "const asked = Number(pm.collectionVariables.get('jobAsked')) + 1;",
      "pm.collectionVariables.set('jobAsked', String(asked));",
      'if (finishedAt === null && asked < 60) pm.execution.setNextRequest(pm.info.requestId);',
      "else pm.test('the job is done', () => pm.expect(status).to.eql('done'));",
    ],
  },
  {
    operation: 'getAvatar',
    name: 'See the avatar',
    shows: 'Square, in the size that is asked for.',
    params: { id },
    query: { size: '64' },
  },
  {
    operation: 'putAvatar',
    name: 'Send what is no picture',
    shows: 'Refused by its Content-Type, before anything is read.',
    as: 'worker',
    status: 415,
    params: { id },
    headers: { 'Content-Type': 'text/plain' },
    body: 'A picture of Ada.',
  },
];

const people: Step[] = [
  {
    operation: 'getUser',
    name: 'Read oneself',
    shows: 'Stores the ETag.',
    as: 'worker',
    params: { id },
    then: [
      "pm.test('has both tasks', () => pm.expect(pm.response.json().tasks).to.have.members(['taskId', 'otherTaskId'].map((name) => pm.collectionVariables.get(name))));",
      "pm.collectionVariables.set('userTag', pm.response.headers.get('ETag'));",
    ],
  },
  {
    operation: 'patchUser',
    name: 'Change the own name',
    shows: 'If nobody else did meanwhile.',
    as: 'worker',
    params: { id },
    headers: { 'If-Match': '{{userTag}}' },
    body: { name: 'Ada King' },
    then: ["pm.test('is changed', () => pm.expect(pm.response.json().name).to.eql('Ada King'));"],
  },
  {
    operation: 'listUsers',
    name: 'Find a user',
    shows: 'By words, and only the fields that are asked for.',
    query: { q: '{{workerName}}', fields: 'name,username' },
    then: [
      "pm.test('finds the worker under the new name', () => pm.expect(pm.response.json()).to.eql([{ _id: pm.collectionVariables.get('workerId'), name: 'Ada King', username: pm.collectionVariables.get('workerName') }]));",
    ],
  },
];

export const userSteps: Step[] = [...avatar, ...people];
