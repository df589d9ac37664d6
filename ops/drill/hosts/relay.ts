/** `relay.ts ADDRESS PORT…` passes on what comes to these ports of an address to the same ports of loopback. */
import net from 'node:net';

const [address, ...ports] = process.argv.slice(2);
for (const port of ports.map(Number)) {
  net
    .createServer({ noDelay: true }, (socket) => {
      const server = net.connect({ port, host: '127.0.0.1', noDelay: true });
      for (const end of [socket, server])
        end.on('error', () => {}).once('close', () => [socket, server].forEach((one) => one.destroy()));
      socket.pipe(server).pipe(socket);
    })
    .listen(port, address);
}
