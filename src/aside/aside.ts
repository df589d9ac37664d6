import { askProcess } from '../control/control-client';
import { listLiving, type ControlSocket } from '../control/control-folder';
import type { Vitals } from '../control/protocol';
import type { Metrics } from '../infra/metrics';
import type { Logger } from '../process/logger';
import { createOneAside } from './one-aside';
import { isNeeded, mayBeHeld, shouldStepAside } from './outlier';
import { hasOwnPace } from './own-pace';

/** What a worker remembers while it is aside: times by performance.now(), `since` by the clock, looks in a row. */
interface Aside {
  since: number;
  lateMs: number;
  stayUntil: number;
  trialAt: number;
  lookAt: number;
  needed: number;
  tries: number;
}

interface AsideOptions {
  /** The folder with the control sockets of this machine's workers. */
  folder: string;
  /** How this process fares. */
  measure: () => Pick<Vitals, 'lateMs' | 'cores' | 'utilisation'>;
  /** Whether NGINX sends requests here. */
  isServing: () => boolean;
  /** Leaves NGINX's rotation and stops listening; `help` has a sibling ask NGINX. */
  leave: (help: () => Promise<unknown>) => Promise<void>;
  /** Listens again; resolves once NGINX sends requests here. */
  rejoin: () => Promise<void>;
  metrics: Pick<Metrics, 'counter' | 'gauge'>;
  logger: Logger;
}

const LOOK_MS = 250;
/** How many looks in a row must find that it may be held. */
const STRIKES = 2;
/** How long siblings are not asked again after they were found as late, or without room. */
const PATIENCE_MS = 1_000;
/** A worker that is held takes long to ask. */
const ASK_MS = 3_000;
/** How often it asks its siblings and tries its pace while it is aside. */
const ASIDE_LOOK_MS = 1_000;
/** How many of these in a row must find that it is needed, or that it has its pace. */
const NEEDED = 2;
const TRIES = 3;
/** It stays aside for at least so long, twice as long each time that it stood aside shortly before. */
const STAY_MS = 5_000;
const LONGEST_STAY_MS = 300_000;
/** After so many times as long it serves on trial: on a busy machine no process has its pace. */
const TRIAL = 6;
/** How long it does nothing by itself after an operator drained or resumed it. */
const HANDS_OFF_MS = 60_000;

/**
 * A worker that something holds (a CPU quota, a stopped process, a slow disk) leaves NGINX's rotation by itself while its
 * siblings have room, and returns once it has its pace again, or at once if they cannot do without it.
 * See docs/overload.md, "A worker that is held steps aside".
 */
export function createAside(options: AsideOptions) {
  const { folder, measure, isServing, leave, rejoin, metrics, logger } = options;
  const oneAside = createOneAside(folder);
  let servingSince = Infinity;
  let strikes = 0;
  let quietUntil = 0;
  let stayMs = STAY_MS;
  let returnedAt = -Infinity;
  let isBusy = false;
  let aside: Aside | undefined;
  let own = look();

  const count = metrics.counter(
    'taskfleet_steps_aside_total',
    'How often this worker left the rotation by itself, since something held it',
    [],
  )();
  metrics.gauge('taskfleet_aside', 'Whether this worker left the rotation by itself', () => Number(!!aside));

  function look(): Vitals {
    const now = performance.now();
    const serving = isServing();
    servingSince = serving ? Math.min(servingSince, now) : Infinity;
    const servingForMs = serving ? now - servingSince : 0;
    return { ...measure(), serving, aside: !!aside, servingForMs };
  }

  const siblings = () =>
    listLiving(folder).filter(({ name, pid }) => name.startsWith('api-') && pid !== process.pid);

  /** `undefined` for one that does not answer, as one of an older build. */
  const ask = (of: ControlSocket[]): Promise<(Vitals | undefined)[]> =>
    Promise.all(
      of.map((socket) => askProcess(socket, 'GET /vitals', { timeoutMs: ASK_MS }).catch(() => undefined)),
    );

  async function watchOneself(): Promise<void> {
    const now = performance.now();
    if (now < quietUntil || !own.serving || !mayBeHeld(own)) return void (strikes = 0);
    if (++strikes < STRIKES) return;
    strikes = 0;
    const sockets = siblings();
    const vitals = await ask(sockets);
    own = look();
    if (!own.serving || !shouldStepAside(own, vitals) || !oneAside.take())
      return void (quietUntil = Math.max(quietUntil, performance.now() + PATIENCE_MS));
    stepAside(sockets[vitals.findIndex((sibling) => sibling!.serving)]!);
  }

  function stepAside(helper: ControlSocket): void {
    const now = performance.now();
    stayMs = now - returnedAt < 2 * stayMs ? Math.min(2 * stayMs, LONGEST_STAY_MS) : STAY_MS;
    aside = {
      since: Date.now(),
      lateMs: own.lateMs,
      stayUntil: now + stayMs,
      trialAt: now + TRIAL * stayMs,
      lookAt: now,
      needed: 0,
      tries: 0,
    };
    count();
    const cores = Number(own.cores.toFixed(2));
    logger.warn({ lateMs: own.lateMs, cores }, 'Something holds this worker: it steps aside');
    leave(() => askProcess(helper, 'POST /ask-nginx', { timeoutMs: ASK_MS })).catch((error: Error) =>
      logger.warn({ reason: error.message }, 'The worker could not step aside'),
    );
  }

  async function watchSiblings(mine: Aside): Promise<void> {
    const now = performance.now();
    const sockets = siblings();
    if (sockets.length > 0 && now < mine.lookAt) return;
    mine.lookAt = now + ASIDE_LOOK_MS;
    const vitals = await ask(sockets);
    const isAlone = !vitals.some((sibling) => sibling?.serving);
    mine.needed = isNeeded(mine.lateMs, vitals) ? mine.needed + 1 : 0;
    mine.tries = now > mine.stayUntil && hasOwnPace() ? mine.tries + 1 : 0;
    const isNeededNow = isAlone || mine.needed >= NEEDED;
    if (aside !== mine || !(isNeededNow || mine.tries >= TRIES || now > mine.trialAt)) return;
    const why = isNeededNow
      ? 'its siblings cannot do without it'
      : mine.tries >= TRIES
        ? 'it has its pace again'
        : 'it is time for a trial';
    logger.info({ why }, 'This worker returns to the rotation');
    // It stays aside if that fails, and tries again at the next look.
    await rejoin();
    end();
    returnedAt = performance.now();
    // Else it would go and come as often as its siblings get into trouble without it.
    if (isNeededNow) quietUntil = Math.max(quietUntil, returnedAt + stayMs);
  }

  function end(): void {
    if (aside) oneAside.leave();
    aside = undefined;
    strikes = 0;
  }

  async function turn(): Promise<void> {
    own = look();
    if (isBusy) return;
    isBusy = true;
    try {
      await (aside ? watchSiblings(aside) : watchOneself());
    } catch (error) {
      logger.warn({ reason: (error as Error).message }, 'The worker could not look after its siblings');
    } finally {
      isBusy = false;
    }
  }

  const timer = setInterval(() => void turn(), LOOK_MS).unref();

  return {
    /** What siblings ask for. */
    vitals: (): Vitals => own,
    /** Milliseconds since 1970 when it stepped aside; `undefined` if it did not. */
    since: (): number | undefined => aside?.since,
    /** An operator drains or resumes it: it does nothing by itself for a minute, and never ends that drain. */
    handsOff(): void {
      end();
      quietUntil = performance.now() + HANDS_OFF_MS;
    },
    stop(): void {
      end();
      clearInterval(timer);
    },
  };
}
