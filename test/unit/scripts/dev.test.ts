import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { watchArguments } from '../../../ops/commands/dev';
import { findFree } from '../../../tools/local-servers/ports';
import { eventually } from '../../support/wait';

const folder = mkdtempSync(path.join(tmpdir(), 'taskfleet-dev-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('npm run dev -- --inspect', () => {
  it('lets a debugger attach to each process, also after its restart', async () => {
    const port = await findFree(9400, { size: 2 });
    const files = ['api.js', 'worker.js'].map((name) => path.join(folder, name));
    const source = (text: string) => `console.log('${text}'); setInterval(() => {}, 1_000);`;
    const titles = () =>
      Promise.all(
        files.map(async (_file, index) => {
          const answer = await fetch(`http://127.0.0.1:${port + index}/json/list`).catch(() => undefined);
          const [target] = ((await answer?.json()) ?? []) as { title: string; id: string }[];
          return target;
        }),
      );
    for (const file of files) writeFileSync(file, source('first'));
    const children = files.map((file, index) =>
      spawn(process.execPath, watchArguments(file, port + index), { stdio: 'ignore' }),
    );
    try {
      await eventually(async () => (await titles()).every(Boolean));
      const before = await titles();
      expect(before.map((target) => path.basename(target!.title))).toEqual(['api.js', 'worker.js']);
      // The port is open before Node watches the file: a change in between goes unseen, so it is made again.
      await eventually(async () => {
        const now = await titles();
        const unchanged = files.filter((_file, index) => now[index]?.id === before[index]!.id);
        for (const file of unchanged) writeFileSync(file, source('second'));
        if (unchanged.length > 0) await sleep(2_000);
        return now.every((target) => target) && unchanged.length === 0;
      });
    } finally {
      for (const child of children) child.kill();
    }
  });

  it('opens no port without it', () => {
    expect(watchArguments('api.js')).toEqual(['--watch', 'api.js']);
  });
});
