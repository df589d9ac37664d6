import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
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
      for (const file of files) writeFileSync(file, source('second'));
      await eventually(async () =>
        (await titles()).every((target, index) => target && target.id !== before[index]!.id),
      );
    } finally {
      for (const child of children) child.kill();
    }
  });

  it('opens no port without it', () => {
    expect(watchArguments('api.js')).toEqual(['--watch', 'api.js']);
  });
});
