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

/** Replaces the API by another version and back, as docs/containers.md says. */
export const replaceVersions: Part = async ({ stack, account, faults }) => {
  for (const version of [versions[1], versions[0], versions[1], versions[0]]) {
    const replace = async () => {
      await stack.take(version);
      await stack.up(['--no-recreate', '--scale', 'api=2']);
      await stack.up();
    };
    faults.push(...(await underLoad(account, `new version ${version}`, replace)));
    const commit = await commitOf(stack);
    if (!version.endsWith(commit)) faults.push(`${version}: commit ${commit} serves`);
    const left = await stack.containers('api');
    if (left.length !== 1) faults.push(`${version}: ${left.length} api containers are left`);
  }
};
