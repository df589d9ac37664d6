import http from 'node:http';
import { onOrder } from './protocol';

/** Runs a bare server of node:http. */
onOrder(({ port, answers }, onListening) => {
  const byPath = new Map(answers.map((answer) => [answer.path, answer]));
  const server = http.createServer((request, response) => {
    const answer = byPath.get(request.url ?? '');
    if (!answer) return response.writeHead(404).end();
    const length = Buffer.byteLength(answer.body);
    response.writeHead(200, { ...answer.headers, 'Content-Length': length }).end(answer.body);
  });
  server.listen(port, '127.0.0.1', onListening);
});
