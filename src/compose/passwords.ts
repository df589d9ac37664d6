import type { ServerResponse } from 'node:http';
import type { Refusals } from '../admission/refusals';
import { createHashPlaces } from '../auth/hash-places';
import { networkOf } from '../lib/client-address';
import { observeHashing } from './metrics';
import type { Config } from '../config';
import { createHeldRefusals } from '../http/routing/held-refusals';
import { createHashPool } from '../infra/hash-pool';
import type { Metrics } from '../infra/metrics';

interface PasswordOptions {
  metrics: Metrics;
  refused: Refusals;
  onDone: (requestId: string, waitMs: number, workMs: number) => void;
}

/** Composes the hashing threads, their queue, and what refuses further passwords before their bodies are read. */
export function composePasswords(config: Config, { metrics, refused, onDone }: PasswordOptions) {
  const { hashThreads: threads, bcryptCost: cost, hashQueueLimit: most, exemptLoopback } = config;
  const hashPool = createHashPool({ threads, cost, onDone });
  const places = createHashPlaces({
    pool: hashPool,
    most,
    exemptLoopback,
    onRefused: (reason) => refused('password', reason),
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
