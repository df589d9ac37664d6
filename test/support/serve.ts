import { createServer, type RequestListener, type Server } from 'node:http';
import { listen } from './listen';

const open: Server[] = [];

/** Serves on a free port of this host until the end of the test. */
export async function serve(listener: RequestListener) {
  const server = createServer(listener);
  open.push(server);
  const port = await listen(server);
  return { server, port, url: `http://127.0.0.1:${port}` };
}

afterEach(() => {
  for (const server of open.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});
