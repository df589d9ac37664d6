import fc from 'fast-check';
import { isLong, propertyRuns } from '../support/property-runs';
import { removeAssignee, renameAssignee } from './api-model/assignee-steps';
import { beginSequence, createWorld, startOver } from './api-model/reset';
import { logIn, signUp } from './api-model/join-steps';
import { createTwice, raceToChange } from './api-model/race-steps';
import { listTasks } from './api-model/task-list-steps';
import {
  createTask,
  firstTask,
  getTask,
  moveTask,
  removeTask,
  replay,
  updateTask,
} from './api-model/task-steps';
import { listUsers } from './api-model/user-list-steps';
import { getUser, patchUser, refusedRemoval } from './api-model/user-steps';
import type { Step } from './api-model/world';
import { use } from '../support/use';
import { useApis } from '../support/use-api';

// The steps send thousands of wrong passwords.
const apis = useApis({ LOGIN_ATTEMPTS: '10000' });
const LONGEST = 30;
/** A busy machine tries fewer sequences, so that `npm test` does not wait for it. */
const SHORT_MS = 45_000;
const LONG_MS = 4 * 3_600_000;
/** Sequences between two lines of progress. */
const TELL_EACH = 500;

const world = use(
  () => createWorld(apis),
  () => {
    tell();
    world.exchange.close();
  },
);

const weighted = (weight: number, arbitrary: fc.Arbitrary<Step>) => ({ weight, arbitrary });
const steps = fc.array(
  fc.oneof(
    weighted(60, createTask),
    weighted(25, replay),
    weighted(50, getTask),
    weighted(70, updateTask),
    weighted(50, moveTask),
    weighted(25, removeTask),
    weighted(90, listTasks),
    weighted(25, getUser),
    weighted(20, listUsers),
    weighted(40, patchUser),
    weighted(10, refusedRemoval),
    weighted(5, signUp),
    weighted(10, raceToChange),
    weighted(5, createTwice),
    weighted(5, logIn),
    weighted(15, renameAssignee),
    weighted(1, removeAssignee),
  ),
  { minLength: 1, maxLength: LONGEST, size: 'max' },
);

const sequence = fc.tuple(fc.array(firstTask, { maxLength: 6 }), steps).map((parts) => parts.flat());

/** Prints past Jest's console, which adds the source to each line. */
const tell = () => process.stderr.write(`  ${world.sequence} sequences, ${world.requests} requests\n`);

let hasFailed = false;

async function play(steps: Step[]): Promise<void> {
  if (hasFailed) await startOver(world);
  hasFailed = true;
  await beginSequence(world);
  for (const step of steps) {
    try {
      await step.play(world);
    } catch (error) {
      throw new Error(`${(error as Error).message}\n\nafter\n${world.trace.join('\n')}`, { cause: error });
    }
  }
  hasFailed = false;
  if (isLong && world.sequence % TELL_EACH === 0) tell();
}

describe('the API', () => {
  it(
    'answers as the model does, for any sequence of requests through any worker',
    async () => {
      const limit = { interruptAfterTimeLimit: isLong ? LONG_MS : SHORT_MS };
      await fc.assert(fc.asyncProperty(sequence, play), { ...propertyRuns(200, 10_000), ...limit });
    },
    LONG_MS + SHORT_MS,
  );
});
