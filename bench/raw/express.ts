import express from 'express';
import { onOrder } from './protocol';

/** Runs Express with one route per answer; Express itself answers a known ETag with 304. */
onOrder(({ port, answers }, onListening) => {
  const app = express().disable('x-powered-by').disable('etag');
  for (const { path, headers, body } of answers) {
    app.get(new URL(path, 'http://localhost').pathname, (_request, response) => {
      response.set(headers).send(body);
    });
  }
  app.listen(port, '127.0.0.1', onListening);
});
