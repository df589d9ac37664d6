import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { askDaemon } from '../../../tools/local-servers/pm2-daemon';
import { newFolder } from '../../support/folder';

const ask = (home: string, timeoutMs = 10_000) => askDaemon(home, 'getMonitorData', {}, { timeoutMs });

/** Plays a daemon that does something else with a question than to answer it. */
async function playDaemon(onConnection: (socket: net.Socket) => void) {
  const home = newFolder();
  const sockets: net.Socket[] = [];
  const server = net.createServer((socket) => {
    sockets.push(socket);
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(path.join(home, 'rpc.sock'), resolve));
  const stop = () => {
    sockets.forEach((socket) => socket.destroy());
    server.close();
  };
  return { home, stop };
}

describe("a question to PM2's daemon", () => {
  it('is refused if no daemon runs', async () => {
    await expect(ask(newFolder())).rejects.toThrow('ENOENT');
  });

  it('is refused if a daemon has left its socket behind', async () => {
    const home = newFolder();
    fs.writeFileSync(path.join(home, 'rpc.sock'), '');
    await expect(ask(home)).rejects.toThrow('ECONNREFUSED');
  });

  it('ends if the daemon ends before it answers', async () => {
    const { home, stop } = await playDaemon((socket) => socket.on('data', () => socket.destroy()));
    await expect(ask(home)).rejects.toThrow('ended meanwhile');
    stop();
  });

  it('has a limit', async () => {
    const { home, stop } = await playDaemon(() => {});
    await expect(ask(home, 100)).rejects.toThrow('did not answer within 0.1 s');
    stop();
  });
});
