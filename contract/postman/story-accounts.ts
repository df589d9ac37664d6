import { RENEWED } from './renewal';
import type { Step } from './step';

/** Keeps the tokens of an answer in variables, whose names `RENEWED` has. */
const keepTokens = (role: 'Admin' | 'worker') => [
  '// No later request can succeed without a token.',
  'if (pm.response.code >= 300) pm.execution.setNextRequest(null);',
  'const { token, refreshToken, expiresAt, user } = pm.response.json();',
  `pm.test('is ${role}', () => pm.expect(user.role).to.eql('${role}'));`,
  ...Object.entries(RENEWED[role]).map(
    ([field, variable]) => `pm.collectionVariables.set('${variable}', ${field});`,
  ),
];
const keepMember = keepTokens('worker');
const id = '{{workerId}}';

const passwordSteps: Step[] = [
  {
    operation: 'changePassword',
    name: 'Change the password of the member',
    shows: 'Ends all other sessions. The token of this request ends too, and the answer has a new one.',
    as: 'worker',
    params: { id },
    body: { currentPassword: '{{workerPassword}}', newPassword: '{{newPassword}}' },
    before: ["pm.variables.set('newPassword', pm.variables.replaceIn('{{$guid}}'));"],
    then: [
      'const { token, expiresAt } = pm.response.json();',
      "pm.collectionVariables.set('workerToken', token);",
      "pm.collectionVariables.set('workerExpiresAt', expiresAt);",
      "pm.collectionVariables.set('workerPassword', pm.variables.get('newPassword'));",
    ],
  },
  {
    operation: 'makePasswordReset',
    name: 'Make a token for a forgotten password',
    shows: 'An Admin hands the token to the member. It works once, for an hour.',
    params: { id },
    then: ["pm.collectionVariables.set('resetToken', pm.response.json().resetToken);"],
  },
  {
    operation: 'resetPassword',
    name: 'Set a new password by that token',
    shows: 'Needs no log-in, and ends all sessions of the member.',
    body: { resetToken: '{{resetToken}}', newPassword: '{{workerPassword}}' },
  },
];

const sessionSteps: Step[] = [
  {
    operation: 'listSessions',
    name: 'List the sessions of the member',
    shows: 'There are two, since the member has logged in twice.',
    as: 'worker',
    then: [
      'const sessions = pm.response.json();',
      "pm.test('one of two is current', () => pm.expect(sessions.map(({ isCurrent }) => isCurrent)).to.have.members([true, false]));",
      "pm.collectionVariables.set('sessionId', sessions.find(({ isCurrent }) => !isCurrent)._id);",
    ],
  },
  {
    operation: 'endSession',
    name: 'End the other session',
    shows: 'Within a second no API worker accepts a token of it.',
    as: 'worker',
    params: { id: '{{sessionId}}' },
  },
  {
    operation: 'endOtherSessions',
    name: 'End all other sessions',
    shows: 'Succeeds also if there is no other.',
    as: 'worker',
  },
];

export const accountSteps: Step[] = [
  {
    operation: 'signUp',
    name: 'Sign up a member',
    shows: 'Uses a new name in each run, so that it is never taken.',
    body: {
      name: 'Ada Lovelace',
      email: '{{workerName}}@example.com',
      username: '{{workerName}}',
      password: '{{workerPassword}}',
    },
    before: [
      "const random = pm.variables.replaceIn('{{$guid}}');",
      "pm.collectionVariables.set('workerName', `ada${random.slice(0, 8)}`);",
      "pm.collectionVariables.set('workerPassword', random);",
    ],
    then: [
      ...keepMember,
      "pm.test('Location leads to the user', () => pm.expect(pm.response.headers.get('Location')).to.eql(`/users/${user._id}`));",
      "pm.collectionVariables.set('workerId', user._id);",
    ],
  },
  {
    operation: 'logIn',
    name: 'Log in as the Admin',
    shows:
      'Stores `token`, which the collection sends by default. Name and password come from the environment.',
    body: { email: '{{adminLogin}}', password: '{{adminPassword}}' },
    before: [
      "pm.test('adminPassword is set in the environment', () => pm.expect(pm.variables.get('adminPassword') || '').to.not.eql(''));",
    ],
    then: keepTokens('Admin'),
  },
  {
    operation: 'renewToken',
    name: 'Renew the token of the member',
    shows: 'Replaces both tokens. Sent again within 30 seconds, it gives the same refresh token.',
    body: { refreshToken: '{{workerRefreshToken}}' },
    then: keepMember,
  },
  {
    operation: 'getMe',
    name: 'Get the user of a token',
    shows: 'Needs no id.',
    as: 'worker',
    then: [
      "pm.test('is the member', () => pm.expect(pm.response.json()._id).to.eql(pm.collectionVariables.get('workerId')));",
    ],
  },
  ...passwordSteps,
  {
    operation: 'logIn',
    name: 'Log in as the member by e-mail',
    shows: 'Begins a session of its own.',
    body: { email: '{{workerName}}@example.com', password: '{{workerPassword}}' },
  },
  {
    operation: 'logIn',
    name: 'Log in as the member',
    shows: 'Uses the user name instead of the e-mail address. Stores `workerToken`.',
    body: { username: '{{workerName}}', password: '{{workerPassword}}' },
    then: keepMember,
  },
  ...sessionSteps,
];
