import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { openDoor } from '../../../src/door/open-door';
import type { Logger } from '../../../src/process/logger';
import { newFolder } from '../../support/folder';
import { freePort } from '../../support/free-port';
import { eventually } from '../../support/wait';

const closing: (() => void)[] = [];
afterEach(() => closing.splice(0).forEach((close) => close()));

async function open({ isTrial = false, twin = false, taken = false } = {}) {
  const port = await freePort();
  const runDir = newFolder();
  const lines: string[] = [];
  const note = (fields: object, text: string) => void lines.push(text);
  const logger = { warn: note, info: note } as unknown as Logger;
  const server = createServer((_request, response) => response.end('door'));
  if (twin) writeFileSync(path.join(runDir, `api-0.${process.ppid}.sock`), '');
  let other: Server | undefined;
  if (taken) {
    other = createServer((_request, response) => response.end('other')).listen(port, '127.0.0.1');
    await once(other, 'listening');
  }
  const own = { port, internalHost: '127.0.0.1', runDir, name: 'api-0', isTrial, logger };
  const door = openDoor(server, own);
  closing.push(door.close, () => other?.close());
  const ask = () =>
    fetch(`http://127.0.0.1:${port}`, { headers: { connection: 'close' } }).then(
      (answer) => answer.text(),
      () => 'none',
    );
  return { door, ask, lines, give: () => other!.close(), server };
}

describe('a door', () => {
  it('opens at its port and gives it up at once', async () => {
    const { door, ask, lines } = await open();
    await eventually(async () => (await ask()) === 'door');
    door.close();
    expect(await ask()).toBe('none');
    door.close();
    expect(lines).toEqual([]);
  });

  it('takes the port once the process that it replaces gives it up, without a warning', async () => {
    const { ask, lines, give } = await open({ twin: true, taken: true });
    expect(await ask()).toBe('other');
    give();
    await eventually(async () => (await ask()) === 'door');
    expect(lines).toEqual([]);
  });

  it('warns once of another program at its port, and goes on trying', async () => {
    const { ask, lines, give } = await open({ taken: true });
    await eventually(() => lines.length > 0);
    expect(lines).toEqual([expect.stringMatching(/^The internal port .*; trying again every 5 s$/)]);
    give();
    await eventually(async () => (await ask()) === 'door', 20_000);
    expect(lines.slice(1)).toEqual(['The internal port is open']);
  }, 30_000);

  it('stays closed for a trial, and once closed', async () => {
    const trial = await open({ isTrial: true });
    expect(trial.server.listening).toBe(false);
    const { door, give, server } = await open({ twin: true, taken: true });
    door.close();
    give();
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(server.listening).toBe(false);
  });
});
