import type { Range } from './range';

/** What the autoscaler saw since its look before, which is a second unless the workers answer late. */
export interface Sample {
  /** Milliseconds, on a clock that never goes back. */
  at: number;
  /** Length of the time seen, in milliseconds. */
  ms: number;
  /** API workers; all of them serve. */
  workers: number;
  /** Mean share of this time in which their event loops had work. */
  utilisation: number;
  /** Requests answered a second by all workers, without refusals. */
  answered: number;
  /** Longest time that a password has been waiting for a hash thread. */
  hashWaitMs: number;
  /** Hashes done a second, and hash threads, of all workers. */
  hashed: number;
  hashThreads: number;
}

type Cause = 'loops' | 'hashes';

interface Trial {
  /** Number of workers before it. */
  from: number;
  cause: Cause;
  /** What these workers could do. */
  before: number;
  /** Time of the first sample with one worker more. */
  since?: number;
}

export interface State {
  /** The last samples with this number of workers, oldest first. */
  recent: Sample[];
  /** The last samples in a row that show the need of one more worker. */
  needed: Sample[];
  /** For how many milliseconds samples in a row have shown that all workers are needed. */
  keptMs: number;
  /** Time without a need of all workers, and the sum of what their event loops had to do in it. */
  quiet: { ms: number; busyMs: number };
  /** What came when so many workers were too few. */
  limits: Record<number, { at: number; answered?: number; hashed?: number }>;
  /** A step up that has not shown yet what it brings. */
  trial?: Trial;
  /** No step up by need before this time, after one that brought nothing; each such pause is longer. */
  restUntil: number;
  restMs: number;
}

export interface Decision {
  state: State;
  step: -1 | 0 | 1;
  /** Why it steps, with figures. */
  why?: string;
  /** True if the step takes one back that brought nothing. */
  takesBack?: boolean;
}

export interface Rules extends Range {
  cores: number;
}

/** Share of the time in which event loops have work, from which on one more worker is needed. */
export const FULL = 0.8;
/** The mean that one worker less may have to expect: far enough below, so that the step down is not regretted. */
const ROOMY = 0.6;
/** The share of what was too much for some workers that they are trusted with later. */
const TRUSTED = 0.7;
const LONG_HASH_WAIT_MS = 500;
const SHORT_HASH_WAIT_MS = 100;
const NEED_MS = 3_000;
const RECENT_SAMPLES = 5;
const QUIET_MS = 120_000;
/** A new worker compiles its code first, so it has this long to show what it brings. */
const TRIAL_MS = 20_000;
/** The share of an ideal gain (half as much again with the third worker) from which on a step brought something. */
const LEAST_GAIN = 0.25;
const SHORTEST_REST_MS = 10 * 60_000;
const LONGEST_REST_MS = 4 * 60 * 60_000;
/** Longer than a rise and fall of the load of one hour. */
const LIMIT_LASTS_MS = 60 * 60_000;
/** Samples further apart are not in a row. */
const MOST_APART_MS = 4_000;

const noQuiet = { ms: 0, busyMs: 0 };

export const initial = (): State => ({
  recent: [],
  needed: [],
  keptMs: 0,
  quiet: noQuiet,
  limits: {},
  restUntil: -Infinity,
  restMs: SHORTEST_REST_MS,
});

/** Begins to count anew, as after a step, a reload or a pause; keeps what was learnt. */
export const forget = (state: State): State => ({
  ...state,
  recent: [],
  needed: [],
  keptMs: 0,
  quiet: noQuiet,
});

/** Rests after a step up that failed or brought nothing, each time longer. */
export const rest = (state: State, at: number): State => ({
  ...forget(state),
  trial: undefined,
  restUntil: at + state.restMs,
  restMs: Math.min(2 * state.restMs, LONGEST_REST_MS),
});

const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
const percent = (share: number) => `${Math.round(share * 100)} %`;
const rate = (perSecond: number) => `${Math.round(perSecond)} requests/s`;

/** Hash threads beyond the cores only wait for each other, so a worker more helps only below that. */
function needOf({ utilisation, hashWaitMs, hashThreads }: Sample, { cores }: Rules): Cause | undefined {
  if (utilisation >= FULL) return 'loops';
  return hashWaitMs >= LONG_HASH_WAIT_MS && hashThreads < cores ? 'hashes' : undefined;
}

/** What all workers could do at full utilisation; for hashes, which are always full in a trial, what they do. */
const capacityOf = (samples: Sample[], cause: Cause) =>
  cause === 'hashes'
    ? mean(samples.map(({ hashed }) => hashed))
    : mean(samples.map(({ answered }) => answered)) / mean(samples.map(({ utilisation }) => utilisation));

/** Utilisation to expect of one worker less. */
const withoutOne = (utilisation: number, workers: number) =>
  (utilisation * workers) / Math.max(1, workers - 1);

/** True if one worker less would be too few now. */
function needsAll({ workers, utilisation, hashWaitMs, answered, hashed, at }: Sample, { limits }: State) {
  if (workers === 1 || hashWaitMs >= SHORT_HASH_WAIT_MS) return true;
  if (withoutOne(utilisation, workers) >= FULL) return true;
  const limit = limits[workers - 1];
  if (!limit || at - limit.at > LIMIT_LASTS_MS) return false;
  return answered > TRUSTED * (limit.answered ?? Infinity) || hashed > TRUSTED * (limit.hashed ?? Infinity);
}

/**
 * Raises what was too much for one worker less to what it can do by all signs: an overloaded worker answers little, so
 * the figure of that moment may be far too low.
 */
function raiseLimit({ limits }: State, { workers, utilisation, answered }: Sample): State['limits'] {
  const limit = limits[workers - 1];
  const share = (answered * (workers - 1)) / workers;
  if (utilisation >= FULL || !limit?.answered || share <= limit.answered) return limits;
  return { ...limits, [workers - 1]: { ...limit, answered: share } };
}

function add(state: State, sample: Sample, rules: Rules): State {
  const last = state.recent.at(-1);
  const isSame = !last || last.workers === sample.workers;
  const isInRow = isSame && (!last || sample.at - last.at <= MOST_APART_MS);
  // A look that took long is no sign that all workers are needed.
  const before = isInRow ? state : { ...forget(state), quiet: isSame ? state.quiet : noQuiet };
  const keptMs = needsAll(sample, before) ? before.keptMs + sample.ms : 0;
  return {
    ...before,
    limits: raiseLimit(before, sample),
    recent: [...before.recent, sample].slice(-RECENT_SAMPLES),
    needed: needOf(sample, rules) ? [...before.needed, sample].slice(-RECENT_SAMPLES) : [],
    keptMs,
    quiet:
      keptMs >= NEED_MS
        ? noQuiet
        : {
            ms: before.quiet.ms + sample.ms,
            busyMs: before.quiet.busyMs + sample.ms * sample.utilisation,
          },
  };
}

/** True if the samples show less need on the average than the step up was for. */
const isOver = (samples: Sample[], cause: Cause) =>
  cause === 'loops'
    ? mean(samples.map(({ utilisation }) => utilisation)) < FULL
    : mean(samples.map(({ hashWaitMs }) => hashWaitMs)) < LONG_HASH_WAIT_MS;

/** Judges the last step up. It brought something if the need is over, or if all workers can do enough more. */
function judge(state: State, trial: Trial, sample: Sample): Decision {
  const since = trial.since ?? sample.at;
  const waiting = { ...state, trial: { ...trial, since } };
  if (sample.workers !== trial.from + 1) return { state: { ...state, trial: undefined }, step: 0 };
  if (state.recent.length < RECENT_SAMPLES) return { state: waiting, step: 0 };
  const now = capacityOf(state.recent, trial.cause);
  if (isOver(state.recent, trial.cause) || now >= trial.before * (1 + LEAST_GAIN / trial.from))
    return { state: { ...state, trial: undefined, restMs: SHORTEST_REST_MS }, step: 0 };
  if (sample.at - since < TRIAL_MS) return { state: waiting, step: 0 };
  const resting = rest(state, sample.at);
  const { [trial.from]: _useless, ...limits } = resting.limits;
  const what = trial.cause === 'hashes' ? 'hashes/s' : 'requests/s at full load';
  const minutes = Math.round(state.restMs / 60_000);
  const why =
    `worker ${sample.workers} brought nothing (${Math.round(trial.before)} ${what} before, ${Math.round(now)} with it); ` +
    `no other for ${minutes} minutes`;
  return { state: { ...resting, limits }, step: -1, why, takesBack: true };
}

function stepUp(state: State, sample: Sample, cause: Cause): Decision {
  const { workers, at } = sample;
  const last = state.needed;
  const answered = mean(last.map((one) => one.answered));
  const hashed = mean(last.map((one) => one.hashed));
  const limit = cause === 'loops' ? { at, answered } : { at, hashed };
  const why =
    cause === 'loops'
      ? `event loops ${percent(mean(last.map((one) => one.utilisation)))} busy for ${NEED_MS / 1_000} s ` +
        `(limit ${percent(FULL)}), ${rate(answered)}`
      : `passwords wait ${Math.round(sample.hashWaitMs)} ms for a hash thread (limit ${LONG_HASH_WAIT_MS} ms)`;
  const trial = { from: workers, cause, before: capacityOf(last, cause) };
  return {
    state: { ...forget(state), limits: { ...state.limits, [workers]: limit }, trial },
    step: 1,
    why,
  };
}

/** Decides about one step, from what the last seconds showed. Changes nothing itself. */
export function decide(before: State, sample: Sample, rules: Rules): Decision {
  const state = add(before, sample, rules);
  const { workers, at } = sample;
  const { least, most } = rules;
  const isResting = at < state.restUntil;
  if (workers < least && !isResting)
    return { state: forget(state), step: 1, why: `at least ${least} must run` };
  if (workers > most && !isResting) return { state: forget(state), step: -1, why: `at most ${most} may run` };
  if (state.trial) return judge(state, state.trial, sample);
  const neededMs = state.needed.reduce((total, { ms }) => total + ms, 0);
  const cause = neededMs >= NEED_MS ? needOf(sample, rules) : undefined;
  if (cause && workers < most && !isResting) return stepUp(state, sample, cause);
  if (state.quiet.ms < QUIET_MS) return { state, step: 0 };
  const expected = withoutOne(state.quiet.busyMs / state.quiet.ms, workers);
  // Whether it may go or not, the next two minutes are judged by themselves.
  if (workers === least || expected > ROOMY) return { state: { ...state, quiet: noQuiet }, step: 0 };
  const why = `${workers - 1} would have been enough for ${QUIET_MS / 60_000} minutes (event loops ${percent(expected)} busy)`;
  return { state: forget(state), step: -1, why };
}
