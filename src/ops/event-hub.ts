import type { ServerResponse } from 'node:http';
import { UnavailableError } from '../problems/errors';

interface EventHubOptions {
  /** Returns the snapshot that all watchers get. */
  take: () => Promise<unknown>;
  /** Maximum number of open streams. */
  most?: number;
  everyMs?: number;
}

/** Watchers with more unread bytes are disconnected; the page reconnects by itself. */
const MOST_WAITING_BYTES = 1_000_000;
/** Every so many events the role is read from the database too. */
const THOROUGH_EACH = 5;

/** Returns whether a watcher may still watch: by what this worker has in memory, or also by the database. */
type MayStay = (isThorough: boolean) => Promise<boolean>;

export type EventHub = ReturnType<typeof createEventHub>;

/** Sends one snapshot a second to all watchers as server-sent events; takes none without watchers. */
export function createEventHub({ take, most = 20, everyMs = 1_000 }: EventHubOptions) {
  const streams = new Map<ServerResponse, MayStay>();
  let isOpen = true;
  let timer: NodeJS.Timeout | undefined;
  let round = 0;

  /** Removes the stream first: a write after its end would raise an uncaught error. */
  function drop(stream: ServerResponse): void {
    streams.delete(stream);
    stream.end();
  }

  /** Ends the stream instead if its watcher has no permission, or if that can't be checked. */
  async function send(event: string, [stream, mayStay]: [ServerResponse, MayStay], isThorough: boolean) {
    const stays = await mayStay(isThorough).catch(() => false);
    if (!streams.has(stream)) return;
    if (!stays) drop(stream);
    else if (stream.writableLength > MOST_WAITING_BYTES) stream.destroy();
    else stream.write(event);
  }

  async function tick(): Promise<void> {
    const event = await take().then(
      (snapshot) => `data: ${JSON.stringify(snapshot)}\n\n`,
      // The comment line keeps NGINX from treating the silence as a dead worker.
      () => ': no snapshot\n\n',
    );
    // After the snapshot, which takes time: a watcher may have logged out meanwhile.
    const isThorough = round++ % THOROUGH_EACH === THOROUGH_EACH - 1;
    await Promise.all([...streams].map((watcher) => send(event, watcher, isThorough)));
  }

  async function run(): Promise<void> {
    const began = Date.now();
    await tick();
    timer =
      streams.size > 0
        ? setTimeout(() => void run(), everyMs - Math.min(Date.now() - began, 900))
        : undefined;
  }

  return {
    /** @throws UnavailableError if too many clients watch, or if the worker is stopping */
    add(stream: ServerResponse, mayStay: MayStay): void {
      if (!isOpen) throw new UnavailableError('This worker is stopping; connect again.', 1);
      if (streams.size >= most) throw new UnavailableError(`${most} watch this worker already.`, 5);
      stream.writeHead(200, {
        'Content-Type': 'text/event-stream',
        'Cache-Control': 'no-store',
        // NGINX would keep events until its buffer is full.
        'X-Accel-Buffering': 'no',
      });
      stream.write('retry: 1000\n\n');
      streams.set(stream, mayStay);
      stream.once('close', () => streams.delete(stream));
      if (timer === undefined) {
        timer = setTimeout(() => void run(), 0);
      }
    },
    /** Ends all streams, so that a stopping worker does not wait for them: the pages connect to another worker. */
    end(): void {
      isOpen = false;
      for (const stream of [...streams.keys()]) drop(stream);
    },
    open: () => void (isOpen = true),
    size: () => streams.size,
  };
}
