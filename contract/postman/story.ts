import { accountSteps } from './story-accounts';
import { taskSteps } from './story-tasks';
import { userSteps } from './story-users';
import type { Chapter } from './step';

/** What requests hand to those after them. */
export const VARIABLES = {
  token: "The Admin's, from the log-in.",
  workerToken: "The worker's, from the log-in.",
  workerName: 'Another with each run.',
  workerPassword: 'Another with each run.',
  workerId: 'From the sign-up.',
  label: "Marks this run's tasks; another with each run.",
  idempotencyKey: 'Another with each run.',
  createdTask: 'The first answer to the key, to compare the second with.',
  taskId: 'Of the first task.',
  otherTaskId: 'Of the second task.',
  taskTag: "The ETag of the first task's first state.",
  nextPage: 'From a Link header.',
  userTag: "The worker's ETag.",
  jobId: 'Of the job that makes the avatar.',
  jobAsked: 'How often the job was asked for.',
};

export const chapters: Chapter[] = [
  {
    name: 'Is it there?',
    description: 'What probes ask.',
    steps: [
      { operation: 'getLive', name: 'The process runs', shows: 'Anyone may ask; no limit counts it.' },
      { operation: 'getReady', name: 'It can serve', shows: 'The database answers too.' },
      { operation: 'getStartup', name: 'It has started', shows: 'NGINX has reached it, or there is none.' },
    ],
  },
  { name: 'Accounts', description: 'Sign up, and log in as both roles.', steps: accountSteps },
  {
    name: 'Tasks',
    description: 'Make each task once, find it, read it cheaply, and change only what one has seen.',
    steps: taskSteps,
  },
  { name: 'Users and avatars', description: 'People, and the job behind a picture.', steps: userSteps },
  {
    name: 'Documentation',
    description: 'Of the API, by the API.',
    steps: [
      {
        operation: 'getProblem',
        name: 'What a problem means',
        shows: 'The `type` of every problem leads to such a page.',
        params: { name: 'precondition-failed' },
      },
      {
        operation: 'getOpenApi',
        name: 'The OpenAPI document',
        shows: 'This collection is made from the same declarations.',
      },
    ],
  },
  {
    name: 'Tidy up',
    description: 'Takes away what the run has made.',
    steps: [
      {
        operation: 'deleteTask',
        name: 'Remove the first task',
        shows: 'Nothing is left of it.',
        params: { id: '{{taskId}}' },
      },
      {
        operation: 'deleteTask',
        name: 'Remove the second task',
        shows: 'With If-Match it would go only if nobody had changed it.',
        params: { id: '{{otherTaskId}}' },
      },
      {
        operation: 'deleteUser',
        name: 'Remove the worker',
        shows: 'Tasks that are still theirs would be of nobody from now on.',
        params: { id: '{{workerId}}' },
      },
      {
        operation: 'listTasks',
        name: "The worker's token counts no more",
        shows: 'At once, at every API worker, although it has not expired.',
        as: 'worker',
        status: 401,
      },
    ],
  },
];
