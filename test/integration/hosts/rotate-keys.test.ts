import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { keysFile, writeKeys } from '../../../ops/stack/token-keys';
import { createHostRepository } from '../../../src/hosts/host-repository';
import { keyOf, parseKeys } from '../../../src/keys/key-list';
import { createStackFile } from '../../../tools/local-servers/stack-file';
import { newSecret } from '../../../tools/local-servers/secrets';
import { newFolder } from '../../support/folder';
import { mongoUrl } from '../../support/servers';
import { use } from '../../support/use';
import { useMongo } from '../../support/use-api';

const root = path.join(__dirname, '..', '..', '..');
const mongo = useMongo();
const hosts = use(() => createHostRepository(mongo.connection));
beforeEach(() => mongo.connection.dropDatabase());

/** Announces an API worker of a host. */
const announce = (host: string) =>
  hosts.announce({
    ...{ host, process: 'api-0', pid: 1, place: host, address: '10.0.0.1', port: 4001 },
    ...{ release: 'abc-1', version: '0.1.0', keyPrefix: 'taskfleet', keyIds: ['key-1'] },
    ...{ serving: true, followed: false, startedAt: new Date() },
  });

/** Runs the command on the stack of a host called `first`, of which no worker runs. */
async function rotate(mongoAt = mongoUrl(mongo.namespace)) {
  const dir = newFolder();
  const file = keysFile(dir);
  writeKeys(file, [keyOf(newSecret())]);
  const env = { MONGO_URL: mongoAt, TASKFLEET_HOST: 'first', JWT_SECRETS_FILE: file };
  createStackFile(dir).update({ env });
  const before = readFileSync(file, 'utf8');
  const { PATH, HOME } = process.env;
  const given = { PATH, HOME, DATA_DIR: dir, PM2_HOME: path.join(dir, 'pm2') };
  const script = path.join(root, 'scripts', 'bootstrap.js');
  const { status, stderr } = await new Promise<{ status: unknown; stderr: string }>((resolve) => {
    execFile(process.execPath, [script, 'secrets', 'rotate'], { env: given }, (error, _stdout, stderr) =>
      resolve({ status: error?.code ?? 0, stderr }),
    );
  });
  const after = readFileSync(file, 'utf8');
  return { status, stderr, isKept: after === before, keys: parseKeys(after).keys.length };
}

describe('npx taskfleet secrets rotate', () => {
  it('refuses while another host runs, names it, and changes nothing', async () => {
    await announce('first');
    await announce('second');
    const { status, stderr, isKept } = await rotate();
    expect({ status, isKept }).toEqual({ status: 1, isKept: true });
    expect(stderr).toMatch(
      /^second would refuse the tokens .* Nothing was changed\.\ndocs\/hosts\.md#keys-and-ports/m,
    );
  });

  it('rotates if the only other host is gone', async () => {
    await announce('first');
    await announce('second');
    const gone = { $set: { lastSeen: new Date(Date.now() - 60_000) } };
    await mongo.db.collection<{ host: string }>('hosts').updateOne({ host: 'second' }, gone);
    expect(await rotate()).toMatchObject({ status: 0, isKept: false, keys: 2 });
  });

  it('changes nothing if MongoDB cannot say which hosts run', async () => {
    const { status, isKept } = await rotate('mongodb://127.0.0.1:1/taskfleet?directConnection=true');
    expect({ status, isKept }).toEqual({ status: 1, isKept: true });
  });
});
