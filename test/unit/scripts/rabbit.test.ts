import { mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { newFolder } from '../../support/folder';
import { listen } from '../../support/listen';
import { rabbit } from '../../../tools/local-servers/servers/rabbit';

const folder = newFolder();

describe('brokers that run already', () => {
  it('can be used if one of them takes connections', async () => {
    const server = createServer((socket) => socket.destroy());
    const port = await listen(server);
    try {
      const list = `amqp://u:p@127.0.0.1:1,amqp://u:secret@127.0.0.1:${port}/%2f`;
      await expect(rabbit.checkUrl!(list)).resolves.toBeUndefined();
    } finally {
      server.close();
    }
    await expect(rabbit.checkUrl!('amqp://u:secret@127.0.0.1:1,amqp://127.0.0.1:2')).rejects.toThrow(
      /^connect ECONNREFUSED 127\.0\.0\.1:1; connect ECONNREFUSED 127\.0\.0\.1:2$/,
    );
    await expect(rabbit.checkUrl!('amqp://u:1#secret@h')).rejects.toThrow(/^is ambiguous/);
  });
});

describe('the configuration of RabbitMQ', () => {
  it('names the folder of the clone nowhere: RabbitMQ takes `#` for a comment, `{`, `[` and `*` for a pattern', () => {
    const dir = path.join(folder, 'a #b {c [d*');
    mkdirSync(dir);
    const processes = rabbit.prepare({
      dir,
      ports: { rabbit: 5700, rabbitDist: 25700, epmd: 24400 },
      found: { bin: '/usr/bin/rabbitmq-server', epmd: '/usr/bin/epmd' },
      login: { user: 'taskfleet', password: 'secret' },
    } as never);

    expect(readFileSync(path.join(dir, 'rabbitmq.conf'), 'utf8')).not.toContain(dir);
    const { HOME, ...env } = processes.find(({ name }) => name === 'rabbit')?.env ?? {};
    expect(HOME).toBe(path.join(dir, 'home'));
    expect(JSON.stringify(env)).not.toContain('#b');
    // RabbitMQ makes its data folder absolute, so a relative one would be named all the same.
    expect(env.RABBITMQ_MNESIA_BASE).toBe(process.platform === 'linux' ? '/proc/self/cwd/data' : './data');
  });
});
