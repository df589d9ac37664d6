import { setTimeout as sleep } from 'node:timers/promises';
import { takeTurn, TURN } from '../../../ops/stack/take-turn';
import { LOCKS } from '../../../src/infra/mongo/lock';
import { mongoUrl } from '../../support/servers';
import { useMongo } from '../../support/use-api';
import { eventually } from '../../support/wait';

const mongo = useMongo();
let said: string[];

beforeEach(async () => {
  said = [];
  await mongo.connection.dropDatabase();
});

const say = (text: string) => said.push(text);
const take = <T>(host: string, work: () => Promise<T>, more: object = {}) =>
  takeTurn({ MONGO_URL: mongoUrl(mongo.namespace), TASKFLEET_HOST: host }, { say, ...more }, work);

/** A host that replaces its workers until `end` is called. */
function begin(host: string) {
  let end = () => {};
  const work = jest.fn(() => new Promise<void>((resolve) => (end = resolve)));
  const ended = take(host, work);
  return { work, ended, end: () => end() };
}

describe('the turns of hosts that replace their workers', () => {
  it('let one host after the other, and name the one that is waited for', async () => {
    let [atOnce, most] = [0, 0];
    const work = async () => {
      most = Math.max(most, ++atOnce);
      await sleep(100);
      atOnce -= 1;
      return 'done';
    };
    const hosts = ['first', 'second', 'third'];
    expect(await Promise.all(hosts.map((host) => take(host, work)))).toEqual(['done', 'done', 'done']);
    expect(most).toBe(1);
    expect(said).toContainEqual(
      expect.stringMatching(/^waiting for (first|second|third), process \d+ to replace its workers$/),
    );
  }, 60_000);

  it('let other commands of a waiting host go on', async () => {
    const first = begin('first');
    await eventually(() => first.work.mock.calls.length);
    let isApart = false;
    const apart = async <T>(wait: () => Promise<T>) => {
      isApart = true;
      return wait().finally(() => (isApart = false));
    };
    const second = take('second', async () => isApart, { apart });
    await eventually(() => isApart);
    first.end();
    await first.ended;
    expect(await second).toBe(false);
  }, 60_000);

  it('pass on from a host that died in its turn', async () => {
    const locks = mongo.db.collection<{ _id: string; owner: string; expiresAt: Date }>(LOCKS);
    const expiresAt = new Date(Date.now() + 1_500);
    await locks.insertOne({ _id: TURN, owner: 'dead, process 1', expiresAt });
    expect(await take('second', async () => 'done')).toBe('done');
    expect(said).toEqual(['waiting for dead, process 1 to replace its workers']);
  }, 60_000);

  it('end with an error that names a host which takes too long, and with that of the work', async () => {
    const first = begin('first');
    await eventually(() => first.work.mock.calls.length);
    const second = take('second', async () => 'done', { waitMs: 500 });
    await expect(second).rejects.toThrow(/^first, process \d+ still replaces its workers/);
    first.end();
    await first.ended;
    const failing = take('second', async () => {
      throw new Error('the build was taken back');
    });
    await expect(failing).rejects.toThrow('the build was taken back');
    expect(await mongo.db.collection(LOCKS).countDocuments()).toBe(0);
  }, 60_000);

  it('hold nobody up while MongoDB is away', async () => {
    const away = {
      MONGO_URL: 'mongodb://127.0.0.1:9/x?serverSelectionTimeoutMS=300',
      TASKFLEET_HOST: 'first',
    };
    expect(await takeTurn(away, { say }, async () => 'done')).toBe('done');
    expect(said).toEqual([expect.stringMatching(/^going on without a turn/)]);
  }, 60_000);
});
