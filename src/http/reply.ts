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

export async function send(reply: Reply, request: Request, response: Response): Promise<void> {
  const { status, headers = {}, body, json, file } = reply;
  if (file) return sendFile(file, headers, request, response);
  response.status(status).set(headers);
  const text = json ?? (body === undefined ? undefined : JSON.stringify(body));
  if (text === undefined) response.end();
  else response.type('application/json').send(text);
}

async function sendFile(
  { etag, type, bytes }: NonNullable<Reply['file']>,
  headers: Record<string, string>,
  request: Request,
  response: Response,
): Promise<void> {
  response.set('ETag', etag);
  if (request.fresh) return void response.set(headers).status(304).end();
  // Should the file be gone, the problem that is sent instead has no tag.
  response.removeHeader('ETag');
  const content = await bytes();
  response.set({ ...headers, ETag: etag, 'Content-Type': type }).send(content);
}
