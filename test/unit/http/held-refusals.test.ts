import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { OverloadError } from '../../../src/problems/errors';
import { createHeldRefusals } from '../../../src/http/routing/held-refusals';

const refusal = new OverloadError('Too much', 1);
const newResponse = () => new EventEmitter() as unknown as ServerResponse;

beforeEach(() => jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate'] }));
afterEach(() => jest.useRealTimers());

/** Sends one, and returns whether it was answered yet. */
function send(held: ReturnType<typeof createHeldRefusals>, client: string, response = newResponse()) {
  const state = { isAnswered: false, response };
  held.refuse(client, refusal, response).catch((error: unknown) => {
    expect(error).toBe(refusal);
    state.isAnswered = true;
  });
  return state;
}
const settle = () => new Promise((resolve) => setImmediate(resolve));
const pass = async (ms: number) => {
  await jest.advanceTimersByTimeAsync(ms);
  await settle();
};

describe('a refusal', () => {
  it('is sent at once to a client that was not refused before, or has waited long enough', async () => {
    const held = createHeldRefusals();
    const first = send(held, 'a');
    const other = send(held, 'b');
    await settle();
    expect([first, other].map(({ isAnswered }) => isAnswered)).toEqual([true, true]);
    await pass(1_001);
    const later = send(held, 'a');
    await settle();
    expect(later.isAnswered).toBe(true);
  });

  it('is held for a client that comes back before its time, again and again', async () => {
    const held = createHeldRefusals();
    send(held, 'a');
    await settle();
    for (let round = 0; round < 3; round++) {
      const early = send(held, 'a');
      await pass(900);
      expect(early.isAnswered).toBe(false);
      await pass(101);
      expect(early.isAnswered).toBe(true);
    }
  });

  it('is not held any longer once the client has gone away or the worker stops', async () => {
    const held = createHeldRefusals();
    send(held, 'a');
    await settle();
    const [gone, stays] = [send(held, 'a'), send(held, 'a')];
    await settle();
    gone.response.emit('close');
    await settle();
    expect([gone, stays].map(({ isAnswered }) => isAnswered)).toEqual([true, false]);
    held.end();
    await settle();
    expect(stays.isAnswered).toBe(true);
    const afterwards = send(held, 'a');
    await settle();
    expect(afterwards.isAnswered).toBe(true);
    held.open();
    const again = send(held, 'a');
    await settle();
    expect(again.isAnswered).toBe(false);
    expect(jest.getTimerCount()).toBe(1);
  });

  it('is sent at once if the limit of held refusals is reached', async () => {
    const held = createHeldRefusals({ most: 2 });
    send(held, 'a');
    await settle();
    const all = [1, 2, 3].map(() => send(held, 'a'));
    await settle();
    expect(all.map(({ isAnswered }) => isAnswered)).toEqual([false, false, true]);
  });
});
