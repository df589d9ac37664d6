import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { builtFile } from '../../lib/built-file';
import type { PictureLimits, PictureReply, PictureTask } from './picture-child';

export type PictureDecoder = ReturnType<typeof createPictureDecoder>;

/** A fault that a retry would meet again. */
export class PictureFault extends Error {
  constructor(
    readonly kind: 'damaged' | 'CPU time' | 'memory',
    detail: string = kind,
  ) {
    super(`The picture was given up: ${detail}`);
  }
}

interface PictureDecoderOptions extends PictureLimits {
  /** Milliseconds on the clock, for a child that hangs: a busy host takes long for little CPU time. */
  wallMs: number;
}

const CHILD_FILE = builtFile('infra/images/picture-child.js');

/** A child idle for this long ends, to free its memory. */
const IDLE_MS = 30_000;
/** A child that still holds more of its memory limit after a picture is not reused: malloc keeps freed memory. */
const KEPT_SHARE = 1 / 4;

/**
 * Decodes pictures in child processes, since only a process can be ended in the middle of its work: a thread would
 * wait for libvips. A crash or a lack of memory ends the child and not the job worker. The child gets no environment,
 * so no passwords. The caller bounds how many pictures, and so children, run at a time.
 */
export function createPictureDecoder({ wallMs, ...limits }: PictureDecoderOptions) {
  const children = new Set<ChildProcess>();
  const idle = new Map<ChildProcess, NodeJS.Timeout>();

  function end(child: ChildProcess): void {
    // Remove it before its `exit` arrives, or it might be given another picture.
    clearTimeout(idle.get(child));
    idle.delete(child);
    child.kill('SIGKILL');
  }

  function start(): ChildProcess {
    const child = fork(CHILD_FILE, {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      env: {},
      execArgv: ['--max-old-space-size=64'],
    });
    children.add(child);
    // A message to a child that has just died fails; its `exit` reports that as well.
    child.on('error', () => {});
    child.once('exit', () => {
      children.delete(child);
      clearTimeout(idle.get(child));
      idle.delete(child);
    });
    return child;
  }

  function take(): ChildProcess {
    const [waiting] = idle.keys();
    if (!waiting) return start();
    clearTimeout(idle.get(waiting));
    idle.delete(waiting);
    return waiting;
  }

  async function replyOf(child: ChildProcess, task: PictureTask, signal: AbortSignal): Promise<PictureReply> {
    const settled = new AbortController();
    const options = { signal: AbortSignal.any([signal, settled.signal, AbortSignal.timeout(wallMs)]) };
    const died = once(child, 'exit', options).then(([code, by]: (string | number | null)[]) => {
      throw new Error(`The process that decodes pictures ended: ${by ?? `status ${code}`}`);
    });
    died.catch(() => {});
    try {
      const answered = once(child, 'message', options) as Promise<[PictureReply]>;
      child.send(task);
      return (await Promise.race([answered, died]))[0];
    } finally {
      settled.abort();
    }
  }

  return {
    /**
     * Returns square WebPs with sides of `sizes` pixels, in that order.
     * @throws PictureFault if no retry can succeed; another Error if the child crashed, hung or `signal` aborted
     */
    async squareWebps(bytes: Buffer, sizes: readonly number[], signal: AbortSignal): Promise<Buffer[]> {
      signal.throwIfAborted();
      const child = take();
      try {
        const reply = await replyOf(child, { bytes, sizes, limits }, signal);
        if ('over' in reply) throw new PictureFault(reply.over);
        if ('files' in reply && reply.rss > limits.memoryBytes * KEPT_SHARE) end(child);
        else idle.set(child, setTimeout(end, IDLE_MS, child));
        if ('damaged' in reply) throw new PictureFault('damaged', reply.damaged);
        return reply.files;
      } catch (error) {
        if (!idle.has(child)) end(child);
        throw error;
      }
    },

    /** Ends all children, even working ones. */
    close: (): void => children.forEach(end),
  };
}
