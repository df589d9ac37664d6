import type { ServerResponse } from 'node:http';
import { createHashPlaces, HASH_REFUSALS, type HashRefusal } from './auth/hash-places';
import { networkOf } from './client-address';
import { observeHashing } from './compose-metrics';
import type { Config } from './config';
import { createHeldRefusals } from './http/held-refusals';
import { createHashPool } from './infra/hash-pool';
import type { Metrics } from './infra/metrics';

/** The threads that hash passwords, what may wait for them, and what refuses the rest before a body is read. */
export function composePasswords(
  config: Config,
  metrics: Metrics,
  onDone: (requestId: string, waitMs: number, workMs: number) => void,
) {
  const { hashThreads: threads, bcryptCost: cost, hashQueueLimit: most, exemptLoopback } = config;
  const hashPool = createHashPool({ threads, cost, onDone });
  const places = createHashPlaces({
    pool: hashPool,
    most,
    exemptLoopback,
    onRefused: countRefusals(metrics),
  });
  observeHashing(metrics, { pool: hashPool, places, most });
  const heldRefusals = createHeldRefusals();

  return {
    hashPool,
    places,
    heldRefusals,

    admitPassword({ address }: { address: string }, response: ServerResponse): Promise<void> | undefined {
      const refusal = places.refusalOf(address);
      return refusal && heldRefusals.refuse(networkOf(address), refusal, response);
    },
  };
}

function countRefusals(metrics: Metrics): (reason: HashRefusal) => void {
  const name = 'taskfleet_requests_refused_total';
  const refused = metrics.counter(name, 'Requests refused for overload', ['class', 'reason']);
  const byReason = new Map(HASH_REFUSALS.map((reason) => [reason, refused('password', reason)]));
  return (reason) => byReason.get(reason)!();
}
