import autocannon from 'autocannon';

interface LoadOptions {
  url: string;
  token: string;
  /** Half of them read, half POST /tasks. */
  connections: number;
  path: string;
}

export interface LoadOutcome {
  answered: number;
  /** Answers that are not 2xx, resets and time-outs. */
  failed: number;
  detail: string;
}

/** Keeps the API busy until the function that it returns is called; that tells what came of it. */
export function startLoad({ url, token, connections, path }: LoadOptions): () => Promise<LoadOutcome> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const common = { url, connections: connections / 2, duration: 300, timeout: 15 };
  const body = JSON.stringify({ title: 'Under load' });
  const runs = [
    autocannon({ ...common, requests: [{ method: 'GET', path, headers }] }),
    autocannon({ ...common, requests: [{ method: 'POST', path: '/tasks', headers, body }] }),
  ] as unknown as (Promise<autocannon.Result> & { stop: () => void })[];
  return async () => {
    runs.forEach((run) => run.stop());
    const results = await Promise.all(runs);
    const sum = (pick: (result: autocannon.Result) => number) =>
      results.reduce((all, one) => all + pick(one), 0);
    return {
      answered: sum((result) => result['2xx']),
      failed: sum((result) => result.errors + result.timeouts + result.non2xx),
      detail: results
        .map((one) => `${one['2xx']} ok, ${one.non2xx} other, ${one.errors} errors, ${one.timeouts} late`)
        .join('; '),
    };
  };
}
