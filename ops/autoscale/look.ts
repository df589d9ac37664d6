import { askProcess } from '../../src/control/control-client';
import { listLiving, type ControlSocket } from '../../src/control/control-folder';
import type { Load } from '../../src/control/protocol';
import type { Sample } from './decide';

type Asked = ControlSocket & { load?: Load };

/** Shorter than the time within which the next sample counts as one in a row. */
const ASK_MS = 2_000;

/** Asks each API worker of a folder for its counters. */
export async function askLoads(folder: string): Promise<Asked[]> {
  const workers = listLiving(folder).filter(({ name }) => name.startsWith('api-'));
  return Promise.all(
    workers.map(async (worker) => ({
      ...worker,
      load: await askProcess(worker, 'GET /load', { timeoutMs: ASK_MS }).catch(() => undefined),
    })),
  );
}

const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);

/** Figures of one worker since its last answer. One that does not answer has too much to do. */
function figuresOf(load: Load | undefined, earlier: Load) {
  const { hashWaitMs, hashThreads } = earlier;
  if (!load) return { utilisation: 1, answered: 0, hashed: 0, hashWaitMs, hashThreads };
  const activeMs = load.activeMs - earlier.activeMs;
  // Use the clock of the worker: on a busy host its answer takes long to come.
  const ms = Math.max(1, activeMs + load.idleMs - earlier.idleMs);
  const perSecond = (count: number) => (1_000 * count) / ms;
  return {
    utilisation: activeMs / ms,
    answered: perSecond(load.answered - earlier.answered),
    hashed: perSecond(load.hashed - earlier.hashed),
    hashWaitMs: load.hashWaitMs,
    hashThreads: load.hashThreads,
  };
}

/** Makes samples of what `askLoads` found, by the differences to the look before. */
export function createSampler() {
  let before = new Map<string, Load>();
  let lookedAt = -Infinity;

  /** @returns the sample of the time since the last look, or why there is none */
  return function sample(asked: Asked[], at: number): Sample | { missing: string } {
    const [last, ms] = [before, at - lookedAt];
    lookedAt = at;
    before = new Map(
      asked.flatMap(({ file, load }) => {
        const seen = load ?? last.get(file);
        return seen ? [[file, seen]] : [];
      }),
    );
    if (asked.length === 0) return { missing: 'no API worker runs' };
    if (new Set(asked.map(({ name }) => name)).size < asked.length)
      return { missing: 'a worker is being replaced' };
    // A worker that stepped aside counts as one without work: it returns if its siblings need it.
    const idle = asked.find(({ load }) => load && !load.serving);
    if (idle) return { missing: `${idle.name} starts or is drained` };
    const figures = asked.flatMap(({ file, load }) => {
      const earlier = last.get(file);
      return earlier ? figuresOf(load, earlier) : [];
    });
    if (figures.length < asked.length) return { missing: 'a worker has just begun' };
    return {
      ...{ at, ms },
      workers: figures.length,
      utilisation: sum(figures.map(({ utilisation }) => utilisation)) / figures.length,
      answered: sum(figures.map(({ answered }) => answered)),
      hashed: sum(figures.map(({ hashed }) => hashed)),
      hashWaitMs: Math.max(...figures.map(({ hashWaitMs }) => hashWaitMs)),
      hashThreads: sum(figures.map(({ hashThreads }) => hashThreads)),
    };
  };
}
