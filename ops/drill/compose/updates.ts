import type { Part } from './part';
import { versions } from './places';
import type { ComposeStack } from './stack';
import { underLoad } from './under-load';

const ANSWER_MS = 10_000;

const commitOf = async ({ url }: ComposeStack): Promise<string> =>
  (
    (await (await fetch(`${url}/health/live`, { signal: AbortSignal.timeout(ANSWER_MS) })).json()) as {
      commit: string;
    }
  ).commit;

/** Replaces the API by another version and back, in both ways of docs/containers.md. */
export const replaceVersions: Part = async ({ stack, account, faults }) => {
  const plainly = [() => stack.up()];
  const withoutGap = [() => stack.up(['--no-recreate', '--scale', 'api=2']), () => stack.up()];
  for (const [index, commands] of [plainly, plainly, withoutGap, withoutGap].entries()) {
    const version = versions[index % 2 ? 0 : 1];
    const replace = async () => {
      await stack.take(version);
      for (const command of commands) await command();
    };
    const how = commands === plainly ? 'by up alone' : 'without a gap';
    faults.push(...(await underLoad(account, `${version} ${how}`, replace)));
    const commit = await commitOf(stack);
    if (!version.endsWith(commit)) faults.push(`${version}: commit ${commit} serves`);
    const left = await stack.containers('api');
    if (left.length !== 1) faults.push(`${version}: ${left.length} api containers are left`);
  }
};
