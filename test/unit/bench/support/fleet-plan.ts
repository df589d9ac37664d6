import { runPlan } from '../../../../bench/commands/plan-command';
import type { Plan } from '../../../../bench/plan/plan';
import { capture, useResultFolder } from './captured';

/** Runs `bench plan` with results of a folder of its own. */
export function useFleetPlan() {
  const { folder, save } = useResultFolder();
  const run = (...args: string[]) => capture(() => runPlan(args, [folder]));
  function plan(...args: string[]): Plan {
    const { status, out, err } = run(...args, '--json');
    expect({ status, err }).toEqual({ status: 0, err: '' });
    return JSON.parse(out) as Plan;
  }
  return { folder, save, run, plan };
}
