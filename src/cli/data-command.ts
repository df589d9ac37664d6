import { Presets, SingleBar } from 'cli-progress';
import { composeData } from '../compose/store';
import { readDataConfig } from '../config';
import { isMongoAway } from '../infra/mongo/mongo';
import { ServerAwayError } from '../lib/server-away';
import { createLogger } from '../process/logger';

export type Data = Awaited<ReturnType<typeof composeData>>;

/** @param database another one than that of MONGO_URL */
export async function withData(work: (data: Data) => Promise<void>, database?: string): Promise<void> {
  const config = readDataConfig(process.env);
  const data = await composeData(config, createLogger('error', 'data'), database);
  try {
    await work(data);
  } catch (error) {
    throw isMongoAway(error) ? new ServerAwayError('MongoDB', config.mongoUrl, error) : error;
  } finally {
    await data.close();
  }
}

/**
 * Shows the progress of `work`: a bar on a terminal, else a line every two seconds. Starts with the first document.
 *
 * @param what happens to the documents, if there are two bars
 */
export async function withBar<T>(
  work: (show: (done: number, total: number) => void) => Promise<T>,
  what = '',
): Promise<T> {
  const format = `{bar} {percentage} %  {value} of {total} documents ${what} {eta_formatted} left`;
  const bar = new SingleBar({ format, noTTYOutput: true, gracefulExit: false }, Presets.shades_classic);
  let shown = 0;
  try {
    return await work((done, total) => {
      if (done === shown) return;
      if (shown === 0) bar.start(total, 0);
      bar.update((shown = done));
      // The work after the last document has no progress.
      if (done === total) bar.stop();
    });
  } finally {
    if (bar.isActive) bar.stop();
  }
}
