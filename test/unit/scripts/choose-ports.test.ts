import { createServer, type Server } from 'node:net';
import type { ServerDefinition } from '../../../tools/local-servers/types';
import { portOf } from '../../support/listen';

interface Options {
  dir: string;
  basePorts: Record<string, number>;
  say: (text: string) => void;
  isRunning: (name: string) => Promise<boolean>;
  remembered: () => Record<string, number>;
}
type Choose = (definition: Partial<ServerDefinition>, taken: Set<number>) => Promise<Record<string, number>>;
const { createPortChoice } = jest.requireActual<{ createPortChoice: (options: Options) => Choose }>(
  '../../../tools/local-servers/choose-ports',
);

const nginx = { name: 'nginx', title: 'NGINX', ports: { nginx: 3000 } } as const;
const rabbit = { name: 'rabbit', title: 'RabbitMQ', ports: { rabbit: 5700, epmd: 24400 } } as const;
const open: Server[] = [];
afterEach(() => open.splice(0).forEach((server) => server.close()));

/** A port in use. */
async function held(): Promise<number> {
  const server = createServer();
  open.push(server);
  await new Promise<void>((resolve) => server.listen({ port: 0, host: '127.0.0.1' }, resolve));
  return portOf(server);
}

/** A free port. */
async function free(): Promise<number> {
  const port = await held();
  await new Promise((resolve) => open.pop()!.close(resolve));
  return port;
}

function choose(remembered: Record<string, number>, base: number, running: string[] = []) {
  const said: string[] = [];
  const choice = createPortChoice({
    dir: '/somewhere',
    basePorts: { nginx: base, rabbit: base },
    say: (text) => said.push(text),
    isRunning: (name) => Promise.resolve(running.includes(name)),
    remembered: () => remembered,
  });
  return { said, choice };
}

describe('the choice of ports', () => {
  it('keeps its port, even if its first choice is free again', async () => {
    const before = await free();
    const { choice, said } = choose({ nginx: before }, await free());
    expect(await choice(nginx, new Set())).toEqual({ nginx: before });
    expect(said).toEqual([]);
  });

  it('takes its first choice if its port is in use, and names the process that uses it', async () => {
    const [before, base] = [await held(), await free()];
    const { choice, said } = choose({ nginx: before }, base);
    expect(await choice(nginx, new Set())).toEqual({ nginx: base });
    expect(said).toEqual([
      expect.stringMatching(
        new RegExp(`^port ${before} is taken by process ${process.pid} \\([^/ ]+( [^ ]+)*( …)?\\)$`),
      ),
      `NGINX takes port ${base}`,
    ]);
  });

  it('keeps the port of its own port mapper if only the broker was stopped', async () => {
    const before = { rabbit: await free(), epmd: await held() };
    const { choice, said } = choose(before, await free(), ['epmd']);
    expect(await choice(rabbit, new Set())).toEqual(before);
    expect(said).toEqual([]);
  });
});
