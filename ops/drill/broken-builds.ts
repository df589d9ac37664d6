import fs from 'node:fs';
import path from 'node:path';

/** Copies `dist` and puts a line before the code of one file. @returns the folder of the copy */
export function buildWith(dist: string, folder: string, line: string, file = 'api.js'): string {
  fs.rmSync(folder, { recursive: true, force: true });
  fs.cpSync(dist, folder, { recursive: true });
  const changed = path.join(folder, file);
  fs.writeFileSync(changed, `${line}\n${fs.readFileSync(changed, 'utf8')}`);
  fs.writeFileSync(path.join(folder, '.built'), line);
  return folder;
}

export interface BrokenBuild {
  name: string;
  options: { build: string; env?: Record<string, string>; limitMs?: number };
  /** Matches the message of the refusal. */
  refusal: RegExp;
}

/** Makes builds that a reload must refuse. @param folder lies within `root`, so that they find their packages */
export function brokenBuilds(root: string, folder: string): BrokenBuild[] {
  const dist = path.join(root, 'dist');
  const make = (name: string, line: string) => buildWith(dist, path.join(folder, name), line);
  return [
    {
      name: 'a build that crashes',
      options: { build: make('crash', `throw new Error('this build crashes');`) },
      refusal: /this build crashes/,
    },
    {
      name: 'a build that hangs',
      options: { build: make('hang', 'setInterval(() => {}, 1000); return;'), limitMs: 5_000 },
      refusal: /not ready within 5 s/,
    },
    {
      name: 'a wrong configuration',
      options: { build: dist, env: { BCRYPT_COST: '99', DRAIN_MS: 'soon' } },
      refusal: /BCRYPT_COST[^]*DRAIN_MS/,
    },
  ];
}

/** Makes builds that pass their trial and fail in the place of a worker. */
export function lateBuilds(root: string, folder: string) {
  const make = (name: string, line: string, file?: string) =>
    buildWith(
      path.join(root, 'dist'),
      path.join(folder, name),
      `if (!process.env.TASKFLEET_TRIAL) ${line}`,
      file,
    );
  return [
    {
      name: 'an API that crashes in its place',
      build: make('late', `throw new Error('only for real');`),
      failure: /API worker 0 .*only for real/,
    },
    {
      name: 'a job worker that crashes once it is ready',
      build: make(
        'boom',
        `process.send = ((send) => (...args) => {
          setTimeout(() => { throw new Error('late boom'); }, 1000);
          return send.apply(process, args);
        })(process.send);`,
        'worker.js',
      ),
      failure: /job worker (was ready and crashed soon after|crashes); .*late boom/,
    },
  ];
}
