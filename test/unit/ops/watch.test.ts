import { createWatch } from '../../../src/ops/view/watch';
import type { Notice } from '../../../src/notices/notice-model';
import { WATCHED } from '../../../src/notices/notice-repository';

let now = 0;
let posts = 0;
/** MongoDB's clock is an hour behind this host's. */
const mongoNow = () => new Date(Date.now() - 3_600_000 + now);

function start() {
  now = 0;
  posts = 0;
  let follow: (notice: Notice) => void = () => {};
  const board = { follow: (given: typeof follow) => void (follow = given) };
  const watch = createWatch(board, { postWatched: async () => void (posts += 1) }, () => now);
  const read = (changedAt: Date) => follow({ _id: WATCHED, changedAt, until: changedAt });
  return { watch, read };
}

describe('whether somebody watches the live page', () => {
  it('is read from a notice of which no wall clock of this host judges', () => {
    const { watch, read } = start();
    now = 10_000;
    const posted = mongoNow();
    read(posted);
    expect(watch.isWatched()).toBe(true);
    now = 16_001;
    read(posted);
    expect(watch.isWatched()).toBe(false);
    read(mongoNow());
    expect(watch.isWatched()).toBe(true);
  });

  it('is not read from what was posted before this process began, until it is posted again', () => {
    const { watch, read } = start();
    const before = mongoNow();
    for (now = 0; now < 5_000; now += 250) read(before);
    expect(watch.isWatched()).toBe(false);
    read(mongoNow());
    expect(watch.isWatched()).toBe(true);
  });

  it('is posted again before it ends, and not more often', async () => {
    const { watch, read } = start();
    await watch.keep();
    expect(posts).toBe(1);
    now = 10_000;
    read(mongoNow());
    await watch.keep();
    expect(posts).toBe(1);
    now = 13_001;
    await watch.keep();
    expect(posts).toBe(2);
  });
});
