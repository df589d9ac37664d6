import type { Request, Response } from 'express';
import type { Cached } from '../../cache/response-cache';
import { tagAsSent, tagOf, type Versioned } from '../../lib/version-tag';
import { isKnown } from './conditions';

/** Answer of a handler: a body to serialize, ready JSON, raw content, a file, a stream, or nothing. */
export interface Reply {
  status: number;
  headers?: Record<string, string>;
  body?: unknown;
  /** Version of `body`, for its ETag. */
  version?: number;
  json?: string;
  /** Content to send unchanged, with its whole media type. */
  raw?: { type: string; content: string | Buffer };
  /** `bytes` is called only if the client does not have this tag. */
  file?: { etag: string; type: string; bytes: () => Promise<Buffer> };
  /** Writes the answer to a GET itself, and ends it at any time. */
  stream?: { type: string; write: (request: Request, response: Response) => void };
}

export const HTML = 'text/html; charset=utf-8';

export const ok = (body: unknown): Reply => ({ status: 200, body });
export const okAt = ({ value, version }: Versioned<unknown>): Reply => ({
  status: 200,
  body: value,
  version,
});

/** 201. @param replayed true if an earlier request with the same Idempotency-Key created it */
export const created = (body: unknown, location: string, replayed: boolean, version?: number): Reply => ({
  status: 201,
  body,
  version,
  headers: { Location: location, ...(replayed && { 'Idempotent-Replayed': 'true' }) },
});
export const noContent: Reply = { status: 204 };

/** For personal or changing data: a client may keep it, but revalidates it each time. */
const REVALIDATE = 'private, no-cache';

/** `X-Cache`: the answer came from Redis (HIT), was stored there (MISS), or neither (BYPASS). */
export function cached({ json, tag, state }: Cached, more?: Record<string, string>): Reply {
  const headers = { 'X-Cache': state, ETag: tag, 'Cache-Control': REVALIDATE };
  return { status: 200, json, headers: more ? Object.assign(headers, more) : headers };
}

const JSON_TYPE = 'application/json; charset=utf-8';

export async function send(reply: Reply, request: Request, response: Response): Promise<void> {
  const { status, headers = {}, body, version, json, raw, file, stream } = reply;
  const sent = json ?? raw?.content ?? (body === undefined ? undefined : JSON.stringify(body));
  const size = sent === undefined ? 0 : Buffer.byteLength(sent);
  // NGINX does not compress pictures.
  const compressible = raw?.type.startsWith('image/') ? 0 : size;
  const asSent = (tag: string) => tagAsSent(tag, compressible, request.headers);
  // Throws 412 before any header is set.
  const known = headers.ETag !== undefined && isKnown(headers.ETag, request);
  for (const [name, value] of Object.entries(headers)) {
    // Keeps the Link of a deprecation.
    if (name === 'Link') response.append(name, value);
    else response.setHeader(name, value);
  }
  if (file) return sendFile(file, request, response);
  if (stream && request.method !== 'HEAD') return stream.write(request, response);
  if (stream) response.setHeader('Content-Type', stream.type);
  if (headers.ETag) response.setHeader('ETag', asSent(headers.ETag));
  if (version !== undefined) response.setHeader('ETag', asSent(tagOf(sent as string, version)));
  if (json === undefined && !raw) response.setHeader('Cache-Control', 'no-store');
  if (known) return void response.status(304).end();
  // A handler throws if it fails, so what it returns was asked for: the log counts it as no failure.
  if (status >= 500) response.locals.isAnswer = true;
  response.status(status);
  if (sent === undefined) return void response.end();
  // Does what response.json() does, without its checks.
  response.setHeader('Content-Type', raw?.type ?? JSON_TYPE);
  response.setHeader('Content-Length', size);
  response.end(sent);
}

async function sendFile(
  { etag, type, bytes }: NonNullable<Reply['file']>,
  request: Request,
  response: Response,
): Promise<void> {
  const known = isKnown(etag, request);
  response.set('Cache-Control', REVALIDATE);
  if (known) return void response.set('ETag', etag).status(304).end();
  // Read before the tag is set: if the file is gone, the problem has no tag.
  const content = await bytes();
  response.set({ ETag: etag, 'Content-Type': type }).send(content);
}
