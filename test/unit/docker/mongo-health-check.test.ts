import { runInNewContext } from 'node:vm';
import { api, configOf, filledIn, mongo, read, worker } from '../../support/compose-file';
import { services } from '../../support/swarm-stack';

describe("MongoDB's health check", () => {
  const file = /--file (\S+)/.exec(mongo.healthcheck!.test.at(-1)!)![1]!;
  const code = read(`mongo${file}`);
  const name = /--replSet (\w+)/.exec(mongo.command!.at(-1)!)![1]!;

  interface Command {
    [name: string]: unknown;
  }
  const fault = (codeName: string) => Object.assign(new Error(codeName), { codeName });

  /** A stand-in for MongoDB that keeps users, with a replica set or without. */
  function createServer() {
    const state = {
      initiated: [] as unknown[],
      users: new Map<string, Command>(),
      roles: new Map<string, Command>(),
    };
    const sent: string[] = [];
    const runCommand = (command: Command) => {
      const [verb, target] = Object.entries(command)[0] as [string, string];
      if (verb === 'usersInfo') return { users: [state.users.get(target)].filter(Boolean) };
      if (verb === 'rolesInfo') return { roles: [state.roles.get(target)].filter(Boolean) };
      sent.push(`${verb} ${target}`);
      const kept = verb.endsWith('User') ? state.users : state.roles;
      if (verb.startsWith('create') && kept.has(target)) throw fault('Location51003');
      if (verb.startsWith('update') && !kept.has(target)) throw fault('UserNotFound');
      kept.set(target, command);
      return { ok: 1 };
    };
    const auth = (user: string, pwd: string) => {
      if (state.users.get(user)?.pwd !== pwd) throw fault('AuthenticationFailed');
    };
    const rs = {
      initiate: (config: unknown) => {
        if (state.initiated.length > 0) throw fault('AlreadyInitialized');
        state.initiated.push(config);
      },
    };
    return { state, sent, rs, admin: { auth, runCommand } };
  }

  const print = jest.fn();

  function check(
    { rs, admin }: Pick<ReturnType<typeof createServer>, 'rs' | 'admin'>,
    isWritablePrimary = true,
    text = code,
    more: Record<string, string> = {},
  ) {
    const quit = jest.fn();
    print.mockClear();
    const env = { ...filledIn(mongo.environment!), ...more };
    const db = { getSiblingDB: () => admin, hello: () => ({ isWritablePrimary }) };
    runInNewContext(text, { rs, quit, db, print, process: { env } });
    return quit.mock.calls.length === 0;
  }

  it('is the file that the container mounts', () => {
    expect(mongo.volumes).toContain(`./mongo${file}:${file}:ro`);
  });

  it('creates the replica set and the users once, with the names that the API and the job worker use', () => {
    const server = createServer();
    expect(check(server, false)).toBe(false);
    const made = ['createUser admin', 'createRole jobWorker', 'createUser api', 'createUser worker'];
    expect(server.sent).toEqual(made);
    expect(server.state.initiated).toEqual([{ _id: name, members: [{ _id: 0, host: 'mongo:27017' }] }]);
    expect(check(server)).toBe(true);
    expect(server.sent).toEqual(made);
    for (const service of [api, worker]) {
      const { username, searchParams } = new URL(configOf(service).mongoUrl);
      expect(server.state.users.has(username)).toBe(true);
      expect([searchParams.get('replicaSet'), searchParams.get('authSource')]).toEqual([name, 'admin']);
    }
  });

  it('creates missing users in an existing replica set, and updates them with the file', () => {
    const server = createServer();
    server.rs.initiate({});
    expect(check(server)).toBe(true);
    server.sent.length = 0;
    expect(check(server, true, code.replace("'avatars', ", "'avatars', 'more', "))).toBe(true);
    expect(server.sent).toEqual(['updateRole jobWorker', 'updateUser api', 'updateUser worker']);
    expect(JSON.stringify(server.state.roles.get('jobWorker'))).toContain('"more"');
  });

  describe('of one of several members', () => {
    const hosts = ['mongo-1:27017', 'mongo-2:27017'];
    const member = (number: number) => ({ MONGO_MEMBERS: hosts.join(), HOSTNAME: `mongo-${number}` });

    it('has the first create the replica set, and whichever is elected the users', () => {
      const [first, second] = [createServer(), createServer()];
      expect(check(second, false, code, member(2))).toBe(true);
      expect(second.state.initiated).toEqual([]);
      expect(check(first, false, code, member(1))).toBe(true);
      const members = hosts.map((host, _id) => ({ _id, host }));
      expect(first.state.initiated).toEqual([{ _id: name, members }]);
      expect([...first.sent, ...second.sent]).toEqual([]);
      expect(check(second, true, code, member(2))).toBe(true);
      expect(second.sent).toHaveLength(4);
      expect(print).not.toHaveBeenCalled();
      expect(check(second, false, code, member(2))).toBe(true);
      expect(print).toHaveBeenCalledWith('The users are there.');
      expect(services['mongo-2']!.healthcheck!.test.join()).toContain('users are there');
      // A secondary leaves users of another version to the primary.
      expect(check(second, false, code.replace("'avatars', ", ''), member(2))).toBe(true);
      expect(print).not.toHaveBeenCalled();
      expect(second.sent).toHaveLength(4);
    });

    it('waits for members that do not run yet', () => {
      const rs = {
        initiate: () => {
          throw fault('NodeNotFound');
        },
      };
      expect(check({ ...createServer(), rs }, false, code, member(1))).toBe(true);
      expect(() => check({ ...createServer(), rs })).toThrow('NodeNotFound');
    });
  });

  it('fails if the server has another fault', () => {
    const rs = {
      initiate: () => {
        throw fault('InterruptedAtShutdown');
      },
    };
    expect(() => check({ ...createServer(), rs })).toThrow('InterruptedAtShutdown');
  });
});
