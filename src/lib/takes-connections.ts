import net from 'node:net';

const LIMIT_MS = 500;

function takesOne(address: string, usualPort: number): Promise<void> {
  const { hostname, port } = new URL(`tcp://${address}`);
  return new Promise((resolve, reject) => {
    const socket = net.connect(Number(port) || usualPort, hostname.replace(/^\[|\]$/g, ''), () =>
      resolve(void socket.destroy()),
    );
    socket.setTimeout(LIMIT_MS, () => socket.destroy(new Error('timed out')));
    socket.on('error', reject);
  });
}

/**
 * Returns whether one of the servers takes connections. The system does so for one that is frozen or overloaded as well.
 *
 * @param addresses `host:port`, separated by commas
 */
export const takesConnections = (addresses: string, usualPort: number): Promise<boolean> =>
  Promise.any(addresses.split(/,\s*/).map(async (address) => takesOne(address, usualPort))).then(
    () => true,
    () => false,
  );
