import type { Request, Response } from 'express';
import type { Cached } from '../cache/response-cache';
import { tagOf, type Versioned } from '../version-tag';

/** What a handler answers with: a body that becomes JSON, JSON that is ready, another text, bytes, or nothing. */
export interface Reply {
  status: number;
  headers?: Record<string, string>;
  body?: unknown;
  /** Of `body`: makes its tag. */
  version?: number;
  json?: string;
  text?: { type: string; content: string };
  /** Asked for only where the client doesn't have this tag already. */
  file?: { etag: string; type: string; bytes: () => Promise<Buffer> };
}

export const ok = (body: unknown): Reply => ({ status: 200, body });
export const okAt = ({ value, version }: Versioned<unknown>): Reply => ({
  status: 200,
  body: value,
  version,
});

/** 201; `replayed`: by an earlier send with the same Idempotency-Key. */
export const created = (body: unknown, location: string, replayed: boolean, version?: number): Reply => ({
  status: 201,
  body,
  version,
  headers: { Location: location, ...(replayed && { 'Idempotent-Replayed': 'true' }) },
});
export const noContent: Reply = { status: 204 };

/** For what is one person's, or changes at any moment: may be kept, and is asked for again each time. */
const REVALIDATE = 'private, no-cache';

/** `X-Cache` tells whether the answer came from Redis (HIT), goes there (MISS), or has nothing to do with it. */
export const cached = ({ json, tag, state }: Cached, headers: Record<string, string> = {}): Reply => ({
  status: 200,
  json,
  headers: { ...headers, 'X-Cache': state, ETag: tag, 'Cache-Control': REVALIDATE },
});

/** Express answers 304 itself where the request has the tag already. */
export async function send(reply: Reply, request: Request, response: Response): Promise<void> {
  const { status, headers = {}, body, version, json, text, file } = reply;
  if (file) return sendFile(file, headers, request, response);
  response.status(status);
  if (text) return void response.set(headers).type(text.type).send(text.content);
  const sent = json ?? (body === undefined ? undefined : JSON.stringify(body));
  if (version !== undefined) response.set('ETag', tagOf(sent!, version));
  if (json === undefined) response.set('Cache-Control', 'no-store');
  const { Link, ...rest } = headers;
  response.set(rest);
  if (Link) response.append('Link', Link);
  if (sent === undefined) response.end();
  else response.type('application/json').send(sent);
}

async function sendFile(
  { etag, type, bytes }: NonNullable<Reply['file']>,
  headers: Record<string, string>,
  request: Request,
  response: Response,
): Promise<void> {
  response.set({ ETag: etag, 'Cache-Control': REVALIDATE });
  if (request.fresh) return void response.set(headers).status(304).end();
  // Should the file be gone, the problem that is sent instead has no tag.
  response.removeHeader('ETag');
  const content = await bytes();
  response.set({ ...headers, ETag: etag, 'Content-Type': type }).send(content);
}
