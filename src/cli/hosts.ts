import { commands } from '../command-line/commands';
import { UsageError, UserError } from '../command-line/convention';
import { readConfig, readDataConfig } from '../config';
import { judgeHosts } from '../doctor/judge-hosts';
import { report } from '../doctor/report';
import { askNginx } from '../hosts/ask-nginx';
import { createChangeHost } from '../hosts/change-host';
import { DRAIN_LOCK } from '../hosts/host-repository';
import { judgeFit } from '../hosts/judge-fit';
import { hostTable } from '../hosts/host-table';
import { listHosts } from '../hosts/list-hosts';
import { createLock } from '../infra/mongo/lock';
import { runCommand, say } from './command';
import { withData, type Data } from './data-command';

async function show({ hosts }: Data, asJson: boolean | undefined): Promise<void> {
  const all = await listHosts(hosts);
  if (asJson) return say(JSON.stringify(all, null, 2));
  if (all.length === 0)
    return say('No host is known yet: the first is listed once it runs. Run: npx taskfleet start');
  hostTable(all).forEach(say);
  const wrong = judgeHosts(all).filter(({ level }) => level !== 'ok');
  if (wrong.length > 0) say(`\n${report(wrong).trimEnd()}`);
}

async function change({ hosts, mongo }: Data, action: string, name: string, force = false): Promise<void> {
  const { balancerUrls } = readDataConfig(process.env);
  const host = createChangeHost({
    hosts,
    lock: createLock(mongo.db, DRAIN_LOCK),
    askNginx: balancerUrls && ((leftOut) => askNginx(balancerUrls, leftOut)),
    say,
  });
  if (action === 'drain') {
    await host.drain(name, { force });
    return say(
      `${name} is drained, and stays so after a restart. To have it serve again: npx taskfleet hosts resume ${name}`,
    );
  }
  await host.resume(name);
  say(`${name} serves.`);
}

runCommand(commands.hosts, async ({ values: { json, force }, positionals: [action, name] }) => {
  if (action !== undefined && !['drain', 'resume', 'check'].includes(action))
    throw new UsageError(`Unexpected argument '${action}': it must be one of drain, resume, check.`);
  const needsName = action === 'drain' || action === 'resume';
  if (needsName && !name)
    throw new UsageError(`${action} needs the NAME of a host: npx taskfleet hosts lists them.`);
  if (!needsName && name) throw new UsageError(`Unexpected argument '${name}'.`);
  if (json && action) throw new UsageError('--json is for the list alone.');
  if (force && action !== 'drain') throw new UsageError('--force is for drain alone.');
  await withData(async (data) => {
    if (needsName) return change(data, action, name!, force);
    if (action === undefined) return show(data, json);
    const { faults, warnings } = judgeFit(readConfig(process.env), await listHosts(data.hosts));
    if (faults.length > 0) throw new UserError(faults.join('\n'));
    warnings.forEach((text) => say(`! ${text}`));
    say('This host fits the others that run.');
  });
});
