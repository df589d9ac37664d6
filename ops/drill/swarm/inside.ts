/** `inside.ts FAULTS-FILE COMPOSE IMAGES PAGE ROUNDS STAND-INS PART…` is the drill in the namespace of its clients. */
import fs from 'node:fs';
import { forCaller } from '../../../src/command-line/convention';
import { HOSTS, startHosts } from '../engine/hosts';
import { loadImages } from '../engine/images';
import { calm } from '../load';
import { main, runPart } from '../network/run-inside';
import { audit } from './audit';
import { broken, drain, scale, updates } from './changes';
import { startClients } from './clients';
import { cut, kill } from './faults';
import { addRow, type Context, type Part } from './part';
import { stackOn } from './stack';
import { throughput } from './throughput';
import { formatTimeline } from './timeline';

const WARM_UP_MS = 10_000;
const parts: Record<string, Part> = { throughput, updates, broken, drain, scale, cut, kill };

main(
  async ({ progress, faults, args: [compose = '', images = '', page = '', rounds, standIns, ...only] }) => {
    const hosts = await progress.step('hosts', 'an engine on each of three hosts', startHosts);
    try {
      await progress.step('images', 'to all hosts', () => loadImages(hosts.all(), images));
      const stack = stackOn(() => hosts.engines[HOSTS[0]], JSON.parse(compose) as string[]);
      await progress.step('stack', 'deployed, until each host serves', async ({ status }) => {
        await hosts.join();
        for (const [index, host] of HOSTS.entries()) await stack.label(host, `taskfleet.member=${index + 1}`);
        await stack.makeSecrets();
        await stack.deploy('one', standIns === 'true' ? ['one-mongo.yml'] : []);
        status('waiting for all replicas');
        await stack.waitUntilRunning();
        await stack.waitUntilServing(HOSTS);
      });
      const clients = await startClients(await stack.account(hosts.all()));
      const context: Context = {
        progress,
        hosts,
        stack,
        clients,
        rounds: Number(rounds),
        marks: [],
        rows: [],
      };
      const { rows, marks } = context;
      const writePage = () => {
        const subject = new Date().toISOString().slice(0, 16).replace('T', ' ');
        fs.writeFileSync(page, formatTimeline(rows, clients.outcomes, marks, subject));
      };
      try {
        await progress.step('load', '48 clients, half of them POST /tasks', () => calm(WARM_UP_MS));
        for (const name of only) await runPart(faults, name, () => parts[name]!(context));
        await calm(WARM_UP_MS);
      } finally {
        await clients.stop();
        writePage();
      }
      const { totals } = clients;
      addRow(context, {
        what: 'reads: stale',
        measured: `${totals.stale} of ${totals.reads}`,
        aim: '0',
        holds: totals.stale === 0 && totals.reads > 0,
      });
      const { acknowledged, lost, doubled, jobs, notDone } = await progress.step(
        'ledger',
        'compared with what is there',
        () => audit(clients),
      );
      addRow(context, {
        what: 'acknowledged: lost',
        measured: `${lost} of ${acknowledged}`,
        aim: '0',
        holds: lost === 0 && acknowledged > 0,
      });
      addRow(context, {
        what: 'tasks that are there twice',
        measured: String(doubled),
        aim: '0',
        holds: doubled === 0,
      });
      addRow(context, {
        what: 'accepted jobs that are not done',
        measured: `${notDone} of ${jobs}`,
        aim: '0',
        holds: notDone === 0 && jobs > 0,
      });
      writePage();
      console.log(`Timeline: ${forCaller(page)}`);
      for (const { what, measured, aim, holds } of rows)
        if (!holds) faults.push(`${what}: ${measured} (aim: ${aim})`);
    } finally {
      await progress.step('hosts', 'stopping', () => hosts.stop());
    }
  },
);
