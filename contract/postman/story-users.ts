import type { Step } from './step';

const id = '{{workerId}}';

/**
 * A green WebP of 64 × 65 pixels that consists of ASCII, since Postman imports no pictures and sends text as UTF-8. Set
 * by a script, since an editor might drop the zeros.
 */
const PICTURE = 'RIFF\x16\0\0\0WEBPVP8L\x09\0\0\0/?\0\x10\0(_D\x04\0';

const avatar: Step[] = [
  {
    operation: 'putAvatar',
    name: 'Upload a picture',
    shows: 'Sends a tiny WebP from the script; choose *binary* as the body for one of your own.',
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
    name: 'Wait for the job',
    shows: 'A run repeats this twice a second until the job has ended, for 30 seconds at most.',
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
    name: 'Get the avatar',
    shows: 'Square, in the requested size.',
    params: { id },
    query: { size: '64' },
  },
  {
    operation: 'putAvatar',
    name: 'Upload a text',
    shows: 'Refused by its Content-Type, before the body is read.',
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
    name: 'Get the own user',
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
    shows: 'With If-Match, so only if no other request has changed the user.',
    as: 'worker',
    params: { id },
    headers: { 'If-Match': '{{userTag}}' },
    body: { name: 'Ada King' },
    then: ["pm.test('is changed', () => pm.expect(pm.response.json().name).to.eql('Ada King'));"],
  },
  {
    operation: 'listUsers',
    name: 'Find a user',
    shows: 'Searches by words and returns only the requested fields.',
    query: { q: '{{workerName}}', fields: 'name,username' },
    then: [
      "pm.test('finds the member under the new name', () => pm.expect(pm.response.json()).to.eql([{ _id: pm.collectionVariables.get('workerId'), name: 'Ada King', username: pm.collectionVariables.get('workerName') }]));",
    ],
  },
];

const access: Step[] = [
  {
    operation: 'patchUser',
    name: 'Disable the member',
    shows: 'Only an Admin may, and not themselves. The tokens of the member end on every API worker.',
    params: { id },
    body: { disabled: true },
    then: ["pm.test('is disabled', () => pm.expect(pm.response.json().disabled).to.eql(true));"],
  },
  {
    operation: 'logIn',
    name: 'Log in as a disabled member',
    shows: 'Is answered like a wrong password.',
    status: 401,
    body: { username: '{{workerName}}', password: '{{workerPassword}}' },
  },
  {
    operation: 'patchUser',
    name: 'Enable the member',
    shows: 'The member can log in again; earlier tokens stay ended.',
    params: { id },
    body: { disabled: false },
  },
  {
    operation: 'logIn',
    name: 'Log in as the enabled member',
    shows: 'Stores a new `workerToken`.',
    body: { username: '{{workerName}}', password: '{{workerPassword}}' },
    then: ["pm.collectionVariables.set('workerToken', pm.response.json().token);"],
  },
  {
    operation: 'listAudit',
    name: 'List what was done to the member',
    shows: 'Has an entry for each log-in and each change of access, newest first.',
    query: { target: id },
    then: [
      'const actions = pm.response.json().map(({ action }) => action);',
      "pm.test('has both changes', () => pm.expect(actions).to.include.members(['user-disabled', 'user-enabled']));",
    ],
  },
];

const scripts: Step[] = [
  {
    operation: 'createScriptToken',
    name: 'Make a token for a script',
    shows: 'The token is shown only here.',
    as: 'worker',
    params: { id },
    body: { name: 'Nightly export', access: 'read', expiresAt: '{{tomorrow}}' },
    before: ["pm.variables.set('tomorrow', new Date(Date.now() + 86_400_000).toISOString());"],
    then: ["pm.collectionVariables.set('scriptTokenId', pm.response.json()._id);"],
  },
  {
    operation: 'listScriptTokens',
    name: 'List the tokens for scripts',
    shows: 'Shows the last four characters, and the last use.',
    as: 'worker',
    params: { id },
  },
  {
    operation: 'deleteScriptToken',
    name: 'Delete the token of the script',
    shows: 'Within a second no API worker accepts it.',
    as: 'worker',
    params: { id, scriptId: '{{scriptTokenId}}' },
  },
];

const added: Step[] = [
  {
    operation: 'createUser',
    name: 'Create a user as the Admin',
    shows: 'The user sets a password by the returned token, and cannot log in before that.',
    body: { name: 'Grace Hopper', email: '{{addedName}}@example.com', username: '{{addedName}}' },
    before: ["pm.variables.set('addedName', `grace${pm.variables.replaceIn('{{$guid}}').slice(0, 8)}`);"],
    then: ["pm.collectionVariables.set('addedUserId', pm.response.json().user._id);"],
  },
  {
    operation: 'deleteUser',
    name: 'Remove that user',
    shows: 'Admins may remove users, except the last enabled Admin.',
    params: { id: '{{addedUserId}}' },
  },
];

export const userSteps: Step[] = [...avatar, ...people, ...scripts, ...access, ...added];
