import type { OpsSnapshot } from '../ops-types.js';

/** Snapshots come every second: after this silence the worker counts as gone. */
const SILENCE_MS = 6_000;
const LATEST_RETRY_MS = 5_000;
const MOST_TEXT = 2_000_000;

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

export interface Reply<T> {
  ok: boolean;
  /** Body of a successful answer; undefined if it has none. */
  body?: T;
  /** Reason why the request failed, if the answer has one. */
  message?: string;
}

/** Sends a request as `fetch` does; that of a session adds the token. */
export type Send = (
  place: string,
  request: RequestInit & { headers: Record<string, string> },
) => Promise<Response>;

interface Ask {
  send?: Send;
  body?: Record<string, string>;
}

/** Sends a request of this page. @throws TypeError if no worker can be reached */
export async function ask<T>(
  method: string,
  path: string,
  { send = fetch, body }: Ask = {},
): Promise<Reply<T>> {
  const headers: Record<string, string> = { Accept: 'application/json' };
  if (body) headers['Content-Type'] = 'application/json';
  const response = await send(path, { method, headers, body: body && JSON.stringify(body) });
  const json: unknown = response.status === 204 ? undefined : await response.json().catch(() => undefined);
  if (response.ok) return { ok: true, body: json as T };
  const problem = json as { detail?: string; title?: string } | undefined;
  return { ok: false, message: problem?.detail ?? problem?.title };
}

export type OnEvent = (snapshot: OpsSnapshot<string>) => void;

/** Reads text/event-stream, since EventSource can't send the token. @returns the status if it was not 200, else 0 */
async function read(send: Send, stop: AbortSignal, onEvent: OnEvent): Promise<number> {
  const attempt = new AbortController();
  const end = () => attempt.abort();
  stop.addEventListener('abort', end);
  let timer = setTimeout(end, SILENCE_MS);
  try {
    const headers = { Accept: 'text/event-stream, application/problem+json' };
    const response = await send('/ops/events', { headers, signal: attempt.signal });
    if (!response.ok || !response.body) return response.status;
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return 0;
      clearTimeout(timer);
      timer = setTimeout(end, SILENCE_MS);
      const blocks = (text + value).split('\n\n');
      text = blocks.pop() ?? '';
      if (text.length > MOST_TEXT) return 0;
      for (const block of blocks)
        if (block.startsWith('data: ')) onEvent(JSON.parse(block.slice(6)) as OpsSnapshot<string>);
    }
  } finally {
    clearTimeout(timer);
    stop.removeEventListener('abort', end);
    attempt.abort();
  }
}

interface Watcher {
  onEvent: OnEvent;
  onLost: () => void;
  /** Called with 401 or 403 if the token is refused. */
  onRefused: (status: number) => void;
}

/** Reads snapshots, and reconnects until `stop` is aborted or the token is refused. */
export async function watch(send: Send, stop: AbortSignal, { onEvent, onLost, onRefused }: Watcher) {
  let tries = 0;
  const heard: OnEvent = (snapshot) => {
    tries = 0;
    if (!stop.aborted) onEvent(snapshot);
  };
  while (!stop.aborted) {
    const status = await read(send, stop, heard).catch(() => 0);
    if (stop.aborted) return;
    if (status === 401 || status === 403) return onRefused(status);
    onLost();
    await wait(Math.min(LATEST_RETRY_MS, 250 * 2 ** tries++));
  }
}
