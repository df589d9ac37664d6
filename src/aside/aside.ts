import { askProcess } from '../control/control-client';
import { listLiving, type ControlSocket } from '../control/control-folder';
import type { Vitals } from '../control/protocol';
import type { Metrics } from '../infra/metrics';
import type { Logger } from '../process/logger';
import { createOneAside } from './one-aside';
import { isNeeded, mayBeHeld, shouldStepAside } from './outlier';

/** State of a worker that is aside: times by performance.now() (`since`: by the clock), counts of looks in a row. */
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
  /** Folder of the control sockets of this host's workers. */
  folder: string;
  measure: () => Pick<Vitals, 'lateMs' | 'cores' | 'utilisation'>;
  /** Whether NGINX sends requests to this worker. */
  isServing: () => boolean;
  /** Leaves NGINX's rotation and stops listening; `help` has a sibling ask NGINX. */
  leave: (help: () => Promise<unknown>) => Promise<void>;
  /** Listens again; resolves once NGINX sends requests to this worker. */
  rejoin: () => Promise<void>;
  metrics: Pick<Metrics, 'counter' | 'gauge'>;
  logger: Logger;
}

const LOOK_MS = 250;
/** Number of consecutive looks that must find the worker possibly held. */
const STRIKES = 2;
/** How long siblings are left alone after they were found as late, or without room. */
const PATIENCE_MS = 1_000;
/** Generous, since a held worker takes long to ask. */
const ASK_MS = 3_000;
/** How often a worker that is aside asks its siblings and tests its pace. */
const ASIDE_LOOK_MS = 1_000;
/** Number of consecutive looks that must find the worker needed, or at its pace. */
const NEEDED = 2;
const TRIES = 3;
/** Minimum time aside, doubled each time it stepped aside shortly before. */
const STAY_MS = 5_000;
const LONGEST_STAY_MS = 300_000;
/** After so many times the minimum it returns on trial: on a busy host no process has its pace. */
const TRIAL = 6;
/** How long it takes no action of its own after an operator drained or resumed it. */
const HANDS_OFF_MS = 60_000;

/**
 * Takes a worker that something holds (a CPU quota, a stopped process, a slow disk) out of NGINX's rotation while its
 * siblings have room, and back once it has its pace again, or at once if the siblings need it.
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
    'How often this worker left the rotation by itself because something held it',
    [],
  )();
  metrics.gauge('taskfleet_aside', 'Whether this worker has left the rotation by itself', () =>
    Number(!!aside),
  );

  function look(): Vitals {
    const now = performance.now();
    const serving = isServing();
    servingSince = serving ? Math.min(servingSince, now) : Infinity;
    const servingForMs = serving ? now - servingSince : 0;
    return { ...measure(), serving, aside: !!aside, servingForMs };
  }

  const siblings = () =>
    listLiving(folder).filter(({ name, pid }) => name.startsWith('api-') && pid !== process.pid);

  /** Resolves to `undefined` for a sibling that does not answer, such as one of an older build. */
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
      logger.warn({ reason: error.message }, 'Stepping aside failed'),
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
      ? 'its siblings need it'
      : mine.tries >= TRIES
        ? 'it has its pace again'
        : 'it is time for a trial';
    logger.info({ why }, 'This worker returns to the rotation');
    // If this fails it stays aside, and tries again at the next look.
    await rejoin();
    end();
    returnedAt = performance.now();
    // It would otherwise come and go as often as its siblings get into trouble without it.
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
      logger.warn({ reason: (error as Error).message }, 'Asking the siblings failed');
    } finally {
      isBusy = false;
    }
  }

  const timer = setInterval(() => void turn(), LOOK_MS).unref();

  return {
    vitals: (): Vitals => own,
    /** When it stepped aside, ms since 1970; `undefined` if it is not aside. */
    since: (): number | undefined => aside?.since,
    /**
     * Call when an operator drains or resumes the worker: it takes no action for a minute and never ends that drain.
     */
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

/** Milliseconds of CPU time: more than a quota of a fifth of a core allows in a period of the kernel (100 ms). */
const WORK_MS = 25;
const LONGEST_WORK_MS = 100;

/**
 * Returns true if this process gets the CPU time that it asks for: 25 ms of work within 100 ms. It blocks the event
 * loop, so only a worker without requests may call it: a quota shows only when it is used up.
 */
function hasOwnPace(): boolean {
  const began = performance.now();
  const before = process.cpuUsage();
  for (;;) {
    const { user, system } = process.cpuUsage(before);
    if (performance.now() - began > LONGEST_WORK_MS) return false;
    if (user + system >= WORK_MS * 1_000) return true;
  }
}
