import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { freePort } from './free-port';

/** Stands for a host that vanished: its port neither accepts nor refuses connections, since its queue is full. */
export async function startVanished(host: string) {
  const port = await freePort();
  const code = `require('net').createServer().listen({ host: '${host}', port: ${port}, backlog: 1 }, () => console.log('ready'))`;
  const child = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'ignore'] });
  await once(child.stdout, 'data');
  child.kill('SIGSTOP');
  const waiting = Array.from({ length: 4 }, () => connect(port, host).on('error', () => {}));
  return {
    host,
    port,
    stop() {
      child.kill('SIGKILL');
      for (const socket of waiting) socket.destroy();
    },
  };
}
