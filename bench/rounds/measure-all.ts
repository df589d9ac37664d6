import { hasLua } from '../../scripts/stack/servers/nginx-lua';
import type { Progress } from '../commands/progress';
import { pause } from '../load/pause';
import { measureRawLimit, takeAnswers, type Answers } from '../raw/limits';
import { extras, type ExtraMeasured, type Scenario } from '../scenarios';
import type { BenchContext } from '../stack/bench-context';
import { warmApps } from '../stack/warm-apps';
import type { BenchResults, Setup } from '../store/result-types';
import { createCollected } from './collected';
import { formatRate, formatRun, formatSetup } from './format-run';
import { planRound, rawRunSeconds, scenarioSeconds, START_SECONDS, stepSeconds, type Step } from './schedule';

type Measured = Pick<BenchResults, 'series' | 'raw' | 'curves' | 'skipped'> & {
  /** Faults of what did not come to its end. */
  failed: string[];
};

/** As they leave, workers have NGINX pass over their ports, for a `fail_timeout` of 2 s: raw servers come after it. */
const PASSED_OVER_MS = 2_500;

/** Everything that is wanted, in turns: A B A B, so that what changes on the machine meets all alike. */
export async function measureAll(context: BenchContext, progress: Progress): Promise<Measured> {
  const { stack, options, clusterSize } = context;
  const collected = createCollected();
  const curves: BenchResults['curves'] = [];
  const steps = planRound(options, clusterSize).filter(({ setup, scenarios }) => {
    if (setup.balancing !== 'response-time' || hasLua()) return true;
    for (const { name } of scenarios)
      collected.skip(`${name}, ${formatSetup(setup)}: this NGINX runs no Lua`);
    return false;
  });
  const wantedExtras = extras.filter(({ name }) => options.only.includes(name));
  const ofSteps = steps.reduce((sum, step) => sum + stepSeconds(step, options), 0);
  const ofExtras = wantedExtras.reduce((sum, extra) => sum + extra.seconds(options), 0);
  progress.begin(ofSteps * options.rounds + ofExtras);

  let answers: Answers | undefined;
  for (let round = 1; round <= options.rounds; round += 1) {
    const tell = (text: string) => progress.say(`${round}/${options.rounds}  ${text}`);
    for (const step of steps) {
      await startApps(step);
      for (const scenario of step.scenarios) await measureScenario(scenario, step.setup, tell);
      if (step.raw.length > 0) await measureRaw(step, tell);
    }
  }
  for (const extra of wantedExtras) {
    progress.show(extra.name);
    let left = extra.seconds(options);
    const advance = (seconds: number) => {
      const step = Math.min(seconds, left);
      left -= step;
      progress.advance(step);
    };
    const nothing: ExtraMeasured = {};
    const measured = await orElse(nothing, extra.name, progress.say, extra.measure(context, advance));
    collected.addSeries(measured.series ?? []);
    curves.push(...(measured.curves ?? []));
    measured.skipped?.forEach(collected.skip);
    advance(left);
  }
  return { ...collected.results(), curves };

  /** Where it fails, what was measured before, for half an hour perhaps, isn't lost by it. */
  function orElse<T>(nothing: T, name: string, tell: (text: string) => void, work: Promise<T>): Promise<T> {
    return work.catch((error: Error) => {
      if (context.signal.aborted) throw error;
      tell(`${name} failed: ${error.message}`);
      collected.fail(name, error.message);
      return nothing;
    });
  }

  async function startApps({ setup, scenarios }: Step): Promise<void> {
    progress.show(`starting ${formatSetup(setup)}`);
    await stack.use(setup, { drains: scenarios.some(({ drains }) => drains) });
    await warmApps(context, setup.workers);
    progress.advance(START_SECONDS);
  }

  async function measureScenario(scenario: Scenario, setup: Setup, tell: (text: string) => void) {
    const name = `${scenario.name}, ${formatSetup(setup)}`;
    progress.show(name);
    const measured = await orElse([], name, tell, scenario.measure({ ...context, setup }));
    for (const { part, load, run } of measured) {
      collected.addRun({ scenario: scenario.name, ...(part && { part }), setup, load }, run);
      tell(formatRun(scenario.name, part, setup, run));
    }
    progress.advance(scenarioSeconds(scenario, options));
  }

  async function measureRaw({ setup, raw }: Step, tell: (text: string) => void): Promise<void> {
    answers ??= await takeAnswers(context);
    await stack.stopApps();
    await pause(PASSED_OVER_MS, context.signal);
    for (const name of raw) {
      const parallel = name === 'redis-get' ? 1 : setup.workers;
      progress.show(`raw limit ${name} × ${parallel}`);
      const run = await measureRawLimit(context, name, parallel, answers);
      collected.addRaw(name, parallel, run);
      tell(`${formatRate(run.perSecond)}${' '.repeat(29)}raw limit ${name} × ${parallel}`);
      progress.advance(rawRunSeconds(options));
    }
  }
}
