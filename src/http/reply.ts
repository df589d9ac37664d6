import type { Request, Response } from 'express';
import type { Cached } from '../cache/response-cache';

/** What a handler answers with: a body that becomes JSON, JSON that is ready, bytes, or nothing. */
export interface Reply {
  status: number;
  headers?: Record<string, string>;
  body?: unknown;
  json?: string;
  /** Asked for only where the client doesn't have this tag already. */
  file?: { etag: string; type: string; bytes: () => Promise<Buffer> };
}

export const ok = (body: unknown): Reply => ({ status: 200, body });
export const created = (body: unknown, location: string): Reply => ({
  status: 201,
  body,
  headers: { Location: location },
});
export const noContent: Reply = { status: 204 };

/** `X-Cache` tells whether the answer came from Redis (HIT), goes there (MISS), or has nothing to do with it. */
export const cached = ({ json, state }: Cached, headers: Record<string, string> = {}): Reply => ({
  status: 200,
  json,
  headers: { ...headers, 'X-Cache': state },
});

export async function send(
  { status, headers, body, json, file }: Reply,
  request: Request,
  response: Response,
) {
  response.status(status).set(headers ?? {});
  if (file) {
    response.set({ ETag: file.etag, 'Content-Type': file.type });
    if (request.fresh) response.status(304).end();
    else response.send(await file.bytes());
    return;
  }
  const text = json ?? (body === undefined ? undefined : JSON.stringify(body));
  if (text === undefined) response.end();
  else response.type('application/json').send(text);
}
