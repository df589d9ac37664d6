import { setTimeout as pause } from 'node:timers/promises';
import { hasLua } from '../../tools/local-servers/servers/nginx-lua';
import { extras } from '../extras';
import type { Extra } from '../extras/extra';
import { sum } from '../figures/statistics';
import { warmApps } from '../load/warm-apps';
import { measureRawLimit, takeAnswers, type Answers } from '../raw/limits';
import { formatRate, formatRun, formatSeries, formatSetup } from '../scenarios/format-run';
import type { Scenario } from '../scenarios/scenario';
import type { BenchContext } from '../stack/bench-context';
import type { BenchResults, Setup } from '../store/result-types';
import { createCollected } from './collected';
import type { Progress } from './progress';
import {
  planRound,
  rawRunSeconds,
  scenarioSeconds,
  selectedNames,
  START_SECONDS,
  stepSeconds,
  type Step,
} from './schedule';

/** After a stopped worker NGINX avoids its port for a `fail_timeout` of 2 s. */
const AVOIDED_MS = 2_500;

/** Measures everything that the options select in turns (A B A B), so that changes of the host affect all alike. */
export async function measureAll(context: BenchContext, progress: Progress) {
  const { stack, options, clusterSize, signal } = context;
  const collected = createCollected();
  const curves: BenchResults['curves'] = [];
  const idle: NonNullable<BenchResults['idle']> = [];
  const steps = planRound(options, clusterSize).filter(({ setup, scenarios }) => {
    if (setup.balancing !== 'response-time' || hasLua()) return true;
    for (const { name } of scenarios)
      collected.skip(`${name}, ${formatSetup(setup)}: this NGINX runs no Lua`);
    return false;
  });
  const selected = selectedNames(options);
  const wantedExtras = extras.filter(({ name }) => selected.includes(name));
  progress.begin(
    sum(steps.map((step) => stepSeconds(step, options))) * options.rounds +
      sum(wantedExtras.map((extra) => extra.seconds(options))),
  );

  let answers: Answers | undefined;
  for (let round = 1; round <= options.rounds; round += 1) {
    const say = (text: string) => progress.say(`${round}/${options.rounds}  ${text}`);
    for (const step of steps) {
      await startApps(step);
      for (const scenario of step.scenarios) await measureScenario(scenario, step.setup, say);
      if (step.raw.length > 0) await measureSafely('the raw limits', say, measureRaw(step, say));
    }
  }
  for (const extra of wantedExtras) await measureExtra(extra);
  return { ...collected.results(), curves, idle };

  /** A failure is a fault of the results, and does not lose what was measured before. */
  async function measureSafely<T>(name: string, say: (text: string) => void, work: Promise<T>) {
    try {
      return await work;
    } catch (error) {
      signal.throwIfAborted();
      say(`${name} failed: ${(error as Error).message}`);
      collected.fail(name, (error as Error).message);
      return undefined;
    }
  }

  async function startApps({ setup, scenarios }: Step): Promise<void> {
    progress.show(`starting ${formatSetup(setup)}`);
    await stack.use(setup, { drains: scenarios.some(({ drains }) => drains) });
    await warmApps(context, setup.workers);
    progress.advance(START_SECONDS);
  }

  async function measureScenario(scenario: Scenario, setup: Setup, say: (text: string) => void) {
    const name = formatSeries({ scenario: scenario.name, setup });
    progress.show(name);
    const measured = await measureSafely(name, say, scenario.measure({ ...context, setup }));
    for (const { part, load, run } of measured ?? []) {
      const series = { scenario: scenario.name, ...(part && { part }), setup };
      collected.addRun({ ...series, load }, run);
      say(formatRun(series, run));
    }
    progress.advance(scenarioSeconds(scenario, options));
  }

  async function measureRaw({ setup, raw }: Step, say: (text: string) => void): Promise<void> {
    answers ??= await takeAnswers(context);
    await stack.stopApps();
    await pause(AVOIDED_MS, undefined, { signal });
    for (const name of raw) {
      const parallel = name === 'redis-get' ? 1 : setup.workers;
      progress.show(`raw limit ${name} × ${parallel}`);
      const run = await measureRawLimit(context, name, parallel, answers);
      collected.addRaw(name, parallel, run);
      say(`${formatRate(run.perSecond)}${' '.repeat(29)}raw limit ${name} × ${parallel}`);
      progress.advance(rawRunSeconds(options));
    }
  }

  async function measureExtra(extra: Extra): Promise<void> {
    progress.show(extra.name);
    let left = extra.seconds(options);
    const advance = (seconds: number) => {
      const step = Math.min(seconds, left);
      left -= step;
      progress.advance(step);
    };
    const measured = await measureSafely(extra.name, progress.say, extra.measure(context, advance));
    collected.addSeries(measured?.series ?? []);
    curves.push(...(measured?.curves ?? []));
    idle.push(...(measured?.idle ?? []));
    measured?.skipped?.forEach(collected.skip);
    advance(left);
  }
}
