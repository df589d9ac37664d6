import fc from 'fast-check';
import { dropDatabase, newNamespace, startApi, type TestApi } from '../support/api';
import { isLong, propertyRuns } from '../support/property-runs';
import { beginSequence, createWorld, startOver } from './api-model/reset';
import { listTasks } from './api-model/task-list-steps';
import { createTask, getTask, moveTask, removeTask, replay, updateTask } from './api-model/task-steps';
import { listUsers } from './api-model/user-list-steps';
import { getUser, patchUser, refusedRemoval, removeUserStep, signUp } from './api-model/user-steps';
import type { Step, World } from './api-model/world';

const namespace = newNamespace();
const LONGEST = 25;
const SHORT_MS = 60_000;
const LONG_MS = 4 * 3_600_000;
/** Sequences between two lines of progress. */
const TELL_EACH = 500;

let apis: [TestApi, TestApi];
let world: World;

beforeAll(async () => {
  apis = await Promise.all([startApi(namespace), startApi(namespace)]);
  world = await createWorld(apis);
});

afterAll(async () => {
  world.exchange.close();
  await Promise.all(apis.map((api) => api.close()));
  await dropDatabase(namespace);
});

const weighted = (weight: number, arbitrary: fc.Arbitrary<Step>) => ({ weight, arbitrary });
const sequence = fc.array(
  fc.oneof(
    weighted(90, createTask),
    weighted(40, replay),
    weighted(50, getTask),
    weighted(70, updateTask),
    weighted(50, moveTask),
    weighted(25, removeTask),
    weighted(70, listTasks),
    weighted(25, getUser),
    weighted(20, listUsers),
    weighted(40, patchUser),
    weighted(10, refusedRemoval),
    weighted(5, signUp),
    weighted(1, removeUserStep),
  ),
  { minLength: 1, maxLength: LONGEST, size: 'max' },
);

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
  if (isLong && world.sequence % TELL_EACH === 0) {
    process.stderr.write(`  ${world.sequence} sequences, ${world.requests} requests\n`);
  }
}

it(
  'answers as the model does, whatever comes after what through whichever worker',
  async () => {
    const limit = { interruptAfterTimeLimit: isLong ? LONG_MS : SHORT_MS };
    await fc.assert(fc.asyncProperty(sequence, play), { ...propertyRuns(300, 10_000), ...limit });
  },
  LONG_MS + SHORT_MS,
);
