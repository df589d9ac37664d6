import { parseArgs } from 'node:util';
import { commands } from '../../tools/command/bench-commands';
import { planFleetFor } from './fleet-plan';

/** A block of a document with a command, perhaps of several lines, and what it prints. */
const BLOCK = /^```console\n\$ npx taskfleet bench plan ((?:.*\\\n)*.*)\n[^]*?^```$/gm;

/** Replaces what the plans of a document print by what they print now, so that no document shows an older plan. */
export const fillPlans = (page: string): string =>
  page.replace(BLOCK, (_, args: string) => {
    const { values } = parseArgs({ args: args.split(/[\s\\]+/), options: commands.plan.options });
    return `\`\`\`console\n$ npx taskfleet bench plan ${args}\n${planFleetFor(values)}\n\`\`\``;
  });
