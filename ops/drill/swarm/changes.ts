import { HOSTS } from '../engine/hosts';
import { calm } from '../load';
import { describe, isLost, isOk } from './outcomes';
import { addRow, marked, type Context, type Part } from './part';

/** Requests that were sent before a change ended may be answered after it. */
const SETTLE_MS = 3_000;

/** Counts what failed from a moment on, whose aim is nothing. */
async function judge(
  context: Context,
  what: string,
  { from, more = '', holds = true }: { from: number; more?: string; holds?: boolean },
): Promise<void> {
  await calm(SETTLE_MS);
  const during = context.clients.since(from);
  addRow(context, {
    what,
    measured: `${describe(during)}${more && `, ${more}`}`,
    aim: '0 failed',
    holds: holds && during.some(isOk) && !during.some(isLost),
  });
}

/** Replaces all API workers again and again, by another build and back in each round. */
export const updates: Part = async (context) => {
  const { progress, stack, rounds } = context;
  const count = 2 * rounds;
  const states: string[] = [];
  const from = await marked(context, `${count} updates`, () =>
    progress.step('updates', `${count} rolling updates`, async ({ status }) => {
      while (states.length < count) {
        states.push(await stack.update(states.length % 2 ? 'one' : 'two'));
        status(`${states.length} of ${count}`);
      }
    }),
  );
  const completed = states.filter((state) => state === 'completed').length;
  await judge(context, 'rolling updates', {
    from,
    more: `${completed} of ${count} completed`,
    holds: completed === count,
  });
};

/** Updates to an image whose workers never get ready; the engine goes back by itself. */
export const broken: Part = async (context) => {
  const { progress, stack } = context;
  const before = await stack.imageInForce();
  let state = '';
  const from = await marked(context, 'broken image', () =>
    progress.step('broken', 'an image whose workers never get ready', async () => {
      state = await stack.update('broken');
      await stack.waitUntilRunning();
    }),
  );
  const isBack = state === 'rollback_completed' && (await stack.imageInForce()) === before;
  await judge(context, 'broken image', {
    from,
    more: isBack ? 'rolled back' : `state ${state}`,
    holds: isBack,
  });
};

/** Takes a host out, with its NGINX and its members, and back. Its clients use another host meanwhile. */
export const drain: Part = async (context) => {
  const { progress, stack, clients } = context;
  const host = HOSTS[2];
  clients.avoid(host);
  await calm(SETTLE_MS);
  const from = await marked(context, 'drain of a host', () =>
    progress.step('drain', `${host} is drained, and taken back`, async () => {
      await stack.availability(host, 'drain');
      await stack.waitUntilEmpty(host);
      await stack.waitUntilRunning(['api', 'worker']);
      await calm(SETTLE_MS);
      await stack.availability(host, 'active');
      await stack.waitUntilRunning();
      await stack.waitUntilServing([host]);
    }),
  );
  clients.avoid(undefined);
  await judge(context, 'drain of a host', { from });
};

export const scale: Part = async (context) => {
  const { progress, stack } = context;
  const from = await marked(context, 'scale 9, 3', () =>
    progress.step('scale', '2, then 9, then 3 API workers', async () => {
      for (const replicas of [2, 9, 3]) {
        await stack.scale(replicas);
        await calm(SETTLE_MS);
      }
    }),
  );
  await judge(context, 'scale 2 → 9 → 3', { from });
};
