import { startLoad as startClients, tellFailures } from '../../scripts/drill/load';

interface LoadOptions {
  url: string;
  token: string;
  /** Half of them read, half POST /tasks. */
  connections: number;
  path: string;
}

export interface LoadOutcome {
  answered: number;
  /** Answers with another status, resets and time-outs. */
  failed: number;
  detail: string;
}

/** Keeps the API busy until the function that it returns is called; that tells what came of it. */
export function startLoad(options: LoadOptions): () => Promise<LoadOutcome> {
  const load = startClients(options);
  return async () => {
    await load.stop();
    const taken = load.take();
    return { answered: taken.answered, failed: taken.failed, detail: tellFailures(taken) };
  };
}
