import type { ProcessConfig } from '../../../src/config';
import { createAnnouncer } from '../../../src/hosts/announcer';
import type { Logger } from '../../../src/process/logger';
import { eventually } from '../../support/wait';

const unauthorized = Object.assign(new Error('not authorized on taskfleet to execute command'), { code: 13 });
const none = async () => {};

/** Starts to announce a process in a MongoDB that answers each command with `answer`. */
function announcerOf(answer: () => Promise<never>, { isTrial = false } = {}) {
  const warnings: string[] = [];
  let asked = 0;
  const refuse = () => {
    asked += 1;
    return answer();
  };
  const announcer = createAnnouncer({
    config: { hostName: 'first', host: '127.0.0.1', runDir: '/run', isTrial } as ProcessConfig,
    hosts: { announce: refuse, leave: none, isDrained: refuse, skewMs: refuse },
    name: 'worker-0',
    isServing: () => true,
    drain: none,
    resume: none,
    logger: {
      warn: (_: object, text: string) => warnings.push(text),
      debug: none,
    } as unknown as Logger,
  });
  return { announcer, warnings, asked: () => asked };
}

describe('a process whose user of MongoDB has no rights on the list of hosts', () => {
  it.each([[false], [true]])('starts, and logs once what to grant (trial: %s)', async (isTrial) => {
    const { announcer, warnings, asked } = announcerOf(() => Promise.reject(unauthorized), { isTrial });
    expect(await announcer.startsDrained()).toBe(false);
    announcer.start();
    if (!isTrial) await eventually(() => asked() >= 3);
    await announcer.stop();
    expect(warnings).toEqual([expect.stringContaining('Grant find, insert, update and remove')]);
  });
});

describe('a process that cannot read whether its host is drained', () => {
  it.each([[false], [true]])('does not start (trial: %s)', async (isTrial) => {
    const away = new Error('no primary');
    const { announcer } = announcerOf(() => Promise.reject(away), { isTrial });
    await expect(announcer.startsDrained()).rejects.toBe(away);
  });
});
