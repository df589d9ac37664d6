import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { newFolder } from '../../support/folder';
import { rabbit } from '../../../tools/local-servers/servers/rabbit';

const folder = newFolder();

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
