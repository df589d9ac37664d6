import { accountSteps } from './story-accounts';
import { taskSteps } from './story-tasks';
import { userSteps } from './story-users';
import type { Chapter } from './step';

/** Variables that requests pass to later ones. */
export const VARIABLES = {
  token: 'Token of the Admin.',
  refreshToken: 'Renews it.',
  expiresAt: 'When it expires.',
  workerToken: 'Token of the member.',
  workerRefreshToken: 'Renews it.',
  workerExpiresAt: 'When it expires.',
  workerName: 'New in each run.',
  workerPassword: 'New in each run.',
  workerId: 'Id of the member.',
  resetToken: 'Token for a new password of the member.',
  sessionId: 'Id of a session of the member.',
  scriptTokenId: 'Id of a script token of the member.',
  addedUserId: 'Id of a user whom the Admin creates.',
  label: 'Label of the tasks of this run.',
  idempotencyKey: 'New in each run.',
  createdTask: 'First answer to the key, compared with the second.',
  taskId: 'Id of the first task.',
  otherTaskId: 'Id of the second task.',
  taskTag: 'ETag of the first version of the first task.',
  nextPage: 'Address from a Link header.',
  userTag: 'ETag of the member.',
  jobId: 'Id of the job that resizes the avatar.',
  jobAsked: 'Number of requests for the job.',
};

export const chapters: Chapter[] = [
  {
    name: 'Health',
    description: 'Probes of the API.',
    steps: [
      { operation: 'getLive', name: 'Liveness', shows: 'Needs no token and counts into no limit.' },
      { operation: 'getReady', name: 'Readiness', shows: 'The database answers too.' },
      { operation: 'getStartup', name: 'Startup', shows: 'NGINX has reached the worker, or there is none.' },
    ],
  },
  {
    name: 'Accounts',
    description: 'Sign up, log in as both roles, renew a token, change a password, end sessions.',
    steps: accountSteps,
  },
  {
    name: 'Tasks',
    description:
      'Create each task once, find it, read it cheaply, and change only the version that was read.',
    steps: taskSteps,
  },
  { name: 'Users and avatars', description: 'Users, and the job behind an avatar.', steps: userSteps },
  {
    name: 'Documentation',
    description: 'Documentation that the API serves.',
    steps: [
      {
        operation: 'getProblem',
        name: 'Explain a problem',
        shows: 'The `type` of every problem links to its page.',
        params: { name: 'precondition-failed' },
      },
      {
        operation: 'getOpenApi',
        name: 'Get the OpenAPI document',
        shows: 'This collection is generated from the same declarations.',
      },
    ],
  },
  {
    name: 'Clean up',
    description: 'Removes what the run has created.',
    steps: [
      {
        operation: 'deleteTask',
        name: 'Remove the first task',
        shows: 'Admins may remove tasks.',
        params: { id: '{{taskId}}' },
      },
      {
        operation: 'deleteTask',
        name: 'Remove the second task',
        shows: 'With If-Match it would be removed only if unchanged.',
        params: { id: '{{otherTaskId}}' },
      },
      {
        operation: 'logOut',
        name: 'Log the member out',
        shows: 'Ends the session of this token; `{ "all": true }` would end all of the member.',
        as: 'worker',
        body: { all: false },
      },
      {
        operation: 'deleteUser',
        name: 'Remove the member',
        shows: 'Would unassign their remaining tasks.',
        params: { id: '{{workerId}}' },
      },
      {
        operation: 'listTasks',
        name: 'Use the token of the removed member',
        shows: 'Every API worker refuses it at once, although it has not expired.',
        as: 'worker',
        status: 401,
      },
    ],
  },
];
