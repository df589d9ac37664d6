import path from 'node:path';
import { Presets, SingleBar } from 'cli-progress';
import { composeData } from '../compose-store';
import { readDataConfig } from '../config';
import { createLogger } from '../logger';

export type Data = Awaited<ReturnType<typeof composeData>>;

export async function withData(work: (data: Data) => Promise<void>): Promise<void> {
  const data = await composeData(readDataConfig(process.env), createLogger('error', 'data'));
  try {
    await work(data);
  } finally {
    await data.close();
  }
}

/** As it was typed: npm changes the folder before it runs a script. */
export const fromCaller = (file: string): string => path.resolve(process.env.INIT_CWD ?? '', file);

/** A bar on a terminal, a line every two seconds elsewhere. */
export async function withBar<T>(
  total: number,
  work: (show: (done: number, total?: number) => void) => Promise<T>,
): Promise<T> {
  const format = '{bar} {percentage} %  {value} of {total} documents  {eta_formatted} left';
  const bar = new SingleBar({ format, noTTYOutput: true, gracefulExit: false }, Presets.shades_classic);
  bar.start(total, 0);
  try {
    return await work((done, all) => {
      if (all !== undefined) bar.setTotal(all);
      bar.update(done);
    });
  } finally {
    bar.stop();
  }
}
