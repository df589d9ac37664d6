/** One comes each second: after this the worker is taken for gone. */
const SILENCE_MS = 6_000;
const LATEST_RETRY_MS = 5_000;
const MOST_TEXT = 2_000_000;

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** What a request of this page is answered; `message` says what was wrong. */
export async function ask(method, path, { token, body, signal } = {}) {
  const headers = { Accept: 'application/json' };
  if (token) headers.Authorization = `Bearer ${token}`;
  if (body) headers['Content-Type'] = 'application/json';
  const response = await fetch(path, { method, headers, signal, body: body && JSON.stringify(body) });
  const answer = response.status === 204 ? undefined : await response.json().catch(() => undefined);
  return { status: response.status, ok: response.ok, body: answer, message: answer?.detail ?? answer?.title };
}

/** Reads text/event-stream: EventSource can't send the token. */
async function read(token, stop, onEvent) {
  const attempt = new AbortController();
  const end = () => attempt.abort();
  stop.addEventListener('abort', end);
  let timer = setTimeout(end, SILENCE_MS);
  try {
    const headers = {
      Authorization: `Bearer ${token}`,
      Accept: 'text/event-stream, application/problem+json',
    };
    const response = await fetch('/ops/events', { headers, signal: attempt.signal });
    if (!response.ok) return response.status;
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return 0;
      clearTimeout(timer);
      timer = setTimeout(end, SILENCE_MS);
      const blocks = (text + value).split('\n\n');
      text = blocks.pop();
      if (text.length > MOST_TEXT) return 0;
      for (const block of blocks) if (block.startsWith('data: ')) onEvent(JSON.parse(block.slice(6)));
    }
  } finally {
    clearTimeout(timer);
    stop.removeEventListener('abort', end);
    attempt.abort();
  }
}

/** Connects again until `stop` is aborted or the token is refused, with which `onRefused` is called. */
export async function watch(token, stop, { onEvent, onLost, onRefused }) {
  let tries = 0;
  while (!stop.aborted) {
    const heard = (event) => {
      tries = 0;
      if (!stop.aborted) onEvent(event);
    };
    const status = await read(token, stop, heard).catch(() => 0);
    if (stop.aborted) return;
    if (status === 401 || status === 403) return onRefused(status);
    onLost();
    await wait(Math.min(LATEST_RETRY_MS, 250 * 2 ** tries++));
  }
}
