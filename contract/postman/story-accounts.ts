import type { Step } from './step';

const keepToken = (variable: string, role: string) => [
  '// No later request can succeed without a token.',
  'if (pm.response.code !== 200) pm.execution.setNextRequest(null);',
  'const { token, user } = pm.response.json();',
  `pm.test('is ${role}', () => pm.expect(user.role).to.eql('${role}'));`,
  `pm.collectionVariables.set('${variable}', token);`,
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
      'const { user } = pm.response.json();',
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
    then: keepToken('token', 'Admin'),
  },
  {
    operation: 'logIn',
    name: 'Log in as the member',
    shows: 'Uses the user name instead of the e-mail address. Stores `workerToken`.',
    body: { username: '{{workerName}}', password: '{{workerPassword}}' },
    then: keepToken('workerToken', 'worker'),
  },
];
