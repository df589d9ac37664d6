import { randomBytes } from 'node:crypto';
import { interruption, runCommand, UserError } from '../../../tools/command/run-command';
import { root } from '../../../tools/command/root';
import type { Engine } from '../engine/engine';
import type { Account } from '../load';
import { EDGE } from '../network/network';
import { HOST, network } from './places';

const PORT = 3000;
const MINUTES = 60_000;
/** The image that docker-compose.yml names. */
const IMAGE = 'taskfleet';
export const BY_TIME = 'docker-compose.response-time.yml';
const secrets = [
  'JWT_SECRET',
  'MONGO_PASSWORD',
  'MONGO_API_PASSWORD',
  'MONGO_WORKER_PASSWORD',
  'REDIS_PASSWORD',
  'RABBITMQ_PASSWORD',
];

export type ComposeStack = ReturnType<typeof stackOn>;

/** The stack of docker-compose.yml. @param compose how to call Compose */
export function stackOn(engine: Engine, compose: string[]) {
  const clients = network.addressOf(EDGE);
  const url = `http://${network.addressOf(HOST)}:${PORT}`;
  const env = {
    ...engine.env,
    ...Object.fromEntries(secrets.map((name) => [name, randomBytes(32).toString('hex')])),
    PORT: String(PORT),
    LIMIT_EXEMPT: `${clients}/32`,
    NGINX_LIMIT_EXEMPT: `${clients}/32 1;`,
    // Distinguishes what a worker refuses from what NGINX answers.
    EXPOSE_WORKER: 'true',
  };

  /** @throws UserError with what Compose printed, unless it may fail */
  async function run(
    args: string[],
    { files = [] as string[], timeoutMs = 5 * MINUTES, mayFail = false } = {},
  ) {
    const [command = '', ...first] = compose;
    const given = ['docker-compose.yml', ...files].flatMap((file) => ['-f', file]);
    const call = [...first, '--progress', 'plain', '-p', 'drill', ...given, ...args];
    const { code, stdout, stderr } = await runCommand(command, call, { env, cwd: root, timeoutMs });
    interruption.signal.throwIfAborted();
    if (code !== 0 && !mayFail)
      throw new UserError(`docker compose ${args.join(' ')} failed:\n${(stderr || stdout).slice(-2_000)}`);
    return { code, stdout, stderr };
  }

  async function containers(service: string): Promise<string[]> {
    const { stdout } = await run(['ps', '-q', service]);
    return stdout.split('\n').filter(Boolean);
  }

  return {
    engine,
    url,
    compose: run,
    containers,
    up: (args: string[] = [], files: string[] = []) =>
      run(['up', '-d', '--wait', '--no-build', ...args], { files }),
    /** Makes a version the one that docker-compose.yml names, as a build does. */
    take: (version: string) => engine.docker(['tag', version, IMAGE]),
    async account(): Promise<Account> {
      const email = 'admin@example.com';
      const admin = ['--email', email, '--username', 'admin', '--name', 'Admin'];
      const { stdout } = await run(['exec', '-T', 'api', 'taskfleet', 'admin', ...admin]);
      return { url, email, password: stdout.trim().split('\n').at(-1) ?? '' };
    },
  };
}
