import { startLoad as startClients, describeFailures } from '../../ops/drill/load';

interface LoadOptions {
  url: string;
  token: string;
  /** Half of the connections read, half send POST /tasks. */
  connections: number;
  path: string;
}

export interface LoadOutcome {
  answered: number;
  /** The number of answers with another status, resets and timeouts. */
  failed: number;
  /** Refusals for overload, which a starved host causes and which have no effect. */
  refused: number;
  detail: string;
}

/** Sends requests until the returned function is called, which reports the outcome. */
export function startLoad(options: LoadOptions): () => Promise<LoadOutcome> {
  const load = startClients(options);
  return async () => {
    await load.stop();
    const taken = load.take();
    return {
      answered: taken.answered,
      failed: taken.failed,
      refused: taken.refused,
      detail: describeFailures(taken),
    };
  };
}
