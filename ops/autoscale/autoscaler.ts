import { messageOf } from '../../src/lib/error-code';
import type { AutoscaleStatus } from '../../src/control/protocol';
import { cores as ownCores } from '../../src/process/cores';
import { sleep } from '../../tools/command/run-command';
import type { StackFile } from '../../tools/local-servers/stack-file';
import { runDirOf } from '../stack/control';
import { decide, forget, initial, rest, type Decision, type Sample } from './decide';
import { askLoads, createSampler } from './look';

export type Direction = 'up' | 'down' | 'back';

export interface AutoscalerOptions {
  read: () => StackFile;
  /** Names what forbids a step now, such as a command that changes the stack; undefined if nothing does. */
  busy: () => string | undefined;
  /** Runs `work` unless a command changes the stack; returns false then. */
  alone: (work: () => Promise<void>) => Promise<boolean>;
  countWorkers: () => Promise<number>;
  /** Changes the number of API workers without losing a request. */
  scale: (workers: number, say: (text: string) => void) => Promise<unknown>;
  /** Answers in the folder of the control sockets. */
  publish?: (folder: string) => Promise<void>;
  onStep?: (direction: Direction) => void;
  say: (text: string) => void;
  cores?: number;
  /** Clock in milliseconds; performance.now() if unset. */
  now?: () => number;
}

const LOOK_MS = 1_000;
const STEPS_KEPT = 10;
const PAUSED = '`npx taskfleet scale` has set the number of workers; `npx taskfleet scale auto` resumes';

/** Scales the API workers by their load, one step at a time. See docs/reload-and-scale.md. */
export function createAutoscaler(options: AutoscalerOptions) {
  const { read, busy, alone, countWorkers, scale, publish, onStep, say } = options;
  const { cores = ownCores.count, now = () => performance.now() } = options;
  const sample = createSampler();
  let state = initial();
  let steps: AutoscaleStatus['steps'] = [];
  let status: AutoscaleStatus | undefined;

  function note(text: string): void {
    say(text);
    steps = [...steps, { at: Date.now(), text }].slice(-STEPS_KEPT);
  }

  /** @returns why it did not take the step; undefined if it tried */
  async function take({ step, why, takesBack }: Decision, workers: number): Promise<string | undefined> {
    const wanted = workers + step;
    let refusal: string | undefined = 'a command changes the stack';
    await alone(async () => {
      const listed = await countWorkers();
      // A worker that crashes or was stopped by hand has no socket, and PM2 would scale another number.
      refusal = listed === workers ? undefined : `PM2 lists ${listed} API workers, and ${workers} serve`;
      // A `scale` may have come and gone since the look began.
      if (read().isAutoscalePaused) refusal = PAUSED;
      if (refusal) return;
      onStep?.(takesBack ? 'back' : step > 0 ? 'up' : 'down');
      note(`${workers} → ${wanted} API workers: ${why}`);
      const began = Date.now();
      await scale(wanted, say);
      say(
        `${wanted} API ${wanted === 1 ? 'worker serves' : 'workers serve'} after ${((Date.now() - began) / 1_000).toFixed(1)} s`,
      );
    }).catch((error: unknown) => {
      note(`the step to ${wanted} failed: ${messageOf(error)}`);
      state = rest(state, now());
    });
    if (refusal) state = forget(state);
    return refusal;
  }

  function describe(workers: number, seen: Sample | undefined, holds: string | undefined): void {
    const { least, most } = read().autoscale!;
    status = {
      ...{ least, most, workers, holds, steps },
      now: seen && {
        utilisation: seen.utilisation,
        hashWaitMs: seen.hashWaitMs,
        perSecond: seen.answered,
      },
      restMs: Math.max(0, state.restUntil - now()),
    };
  }

  /** Looks once, and takes the step that is due. */
  async function look(): Promise<void> {
    const { autoscale: range, isAutoscalePaused, env = {} } = read();
    if (!range) return void (status = undefined);
    const folder = runDirOf(env);
    await publish?.(folder);
    const asked = await askLoads(folder);
    const found = sample(asked, now());
    const seen = 'missing' in found ? undefined : found;
    const holds = isAutoscalePaused ? PAUSED : (busy() ?? ('missing' in found ? found.missing : undefined));
    if (holds || !seen) {
      state = forget(state);
      return describe(asked.length, seen, holds);
    }
    const decision = decide(state, seen, { ...range, cores });
    state = decision.state;
    describe(asked.length, seen, undefined);
    if (decision.step !== 0) describe(asked.length, seen, await take(decision, seen.workers));
  }

  return {
    look,
    /** Looks every second until the signal is aborted. */
    async run(signal: AbortSignal): Promise<void> {
      while (!signal.aborted) {
        const began = Date.now();
        await look().catch((error: unknown) => say(`autoscaling failed: ${messageOf(error)}`));
        await sleep(Math.max(100, LOOK_MS - (Date.now() - began)));
      }
    },
    /** Undefined while AUTOSCALE is unset. */
    status: () => status,
  };
}
