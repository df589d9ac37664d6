import { readConfig } from '../config';

/** Tells what is wrong with the environment before anything that runs is touched. */
try {
  readConfig(process.env);
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}
