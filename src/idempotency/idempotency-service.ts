import { createHmac, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { perKey, type KeyRing } from '../keys/key-ring';
import { digestOf } from '../lib/digest';
import { AppError, InProgressError, KeyReusedError } from '../problems/errors';
import type { ClientSession, Mongo } from '../infra/mongo/mongo';
import type { IdempotencyRepository } from './idempotency-repository';

/** A client's `Idempotency-Key`, and the request that it belongs to. */
export interface IdempotentRequest {
  key: string;
  request: string;
}

export type Once = ReturnType<typeof createOnce>;

/** Result of the work; `replayed` if an earlier request did it. */
export interface Outcome<T> {
  result: T;
  replayed: boolean;
}

interface OnceDeps {
  keys: IdempotencyRepository;
  transaction: Mongo['transaction'];
  /** Fingerprints outlive the tokens of a key, so every known key counts. */
  fingerprintKeys: KeyRing;
  /** Time for which a result is kept. */
  ttlMs: number;
  /** Longest time for which a repeated request waits for the first. */
  waitMs?: number;
}

/** Longer than a request may take: an attempt that has not ended by then is dead, or will find its claim taken over. */
const LEASE_MS = 20_000;
const POLL_MS = 50;

/**
 * Creates a function that does work once (draft-ietf-httpapi-idempotency-key-header-07). The result is written in the
 * transaction of the work, so that after any crash either both exist or neither.
 */
export function createOnce({ keys, transaction, fingerprintKeys, ttlMs, waitMs = 8_000 }: OnceDeps) {
  const digestKey = perKey((secret) =>
    createHmac('sha256', secret).update('idempotency fingerprints').digest(),
  );
  const fingerprintOf = (request: string, key = fingerprintKeys.current()) =>
    createHmac('sha256', digestKey(key)).update(request).digest('base64url');
  const isOf = (fingerprint: string, request: string) =>
    fingerprintKeys.known().some((key) => fingerprintOf(request, key) === fingerprint);

  async function work<T, P>(
    id: string,
    claim: string,
    doIt: (session: ClientSession, prepared: P) => Promise<T>,
    prepare: () => Promise<P>,
  ): Promise<T> {
    const prepared = await prepare().catch(async (error: unknown) => {
      await keys.release(id, claim).catch(() => {});
      throw error;
    });
    try {
      return await transaction(async (session) => {
        const result = await doIt(session, prepared);
        if (!(await keys.complete(id, claim, JSON.stringify(result), session))) throw underWay();
        return result;
      });
    } catch (error) {
      // An AppError undoes everything. After another error the outcome is unknown, so the lease has to expire.
      if (error instanceof AppError) await keys.release(id, claim).catch(() => {});
      throw error;
    }
  }

  /**
   * @param sent undefined if the client sent no key: then the work runs without a transaction
   * @param owner id of the sender, since keys are per sender
   * @param doIt must return JSON without secrets
   * @param prepare slow work without writes: runs before the transaction, and not for a replay. If it fails, the key is
   *   freed
   * @throws KeyReusedError, InProgressError
   */
  return async function once<T, P = void>(
    sent: IdempotentRequest | undefined,
    owner: string,
    doIt: (session: ClientSession | undefined, prepared: P) => Promise<T>,
    prepare: () => Promise<P> = async () => undefined as P,
  ): Promise<Outcome<T>> {
    if (!sent) return { result: await doIt(undefined, await prepare()), replayed: false };
    const id = digestOf(`${owner}\n${sent.key}`);
    const fingerprint = fingerprintOf(sent.request);
    const claim = randomUUID();
    const lease = () => new Date(Date.now() + LEASE_MS);
    const expiresAt = new Date(Date.now() + ttlMs);
    const giveUp = Date.now() + waitMs;
    for (let isFree = true; ;) {
      if (isFree && (await keys.claim({ _id: id, fingerprint, claim, leaseUntil: lease(), expiresAt })))
        break;
      const earlier = await keys.byId(id);
      isFree = !earlier;
      if (earlier && !isOf(earlier.fingerprint, sent.request)) {
        throw new KeyReusedError('This Idempotency-Key was used with another request. Make a new key.');
      }
      if (earlier?.result) return { result: JSON.parse(earlier.result) as T, replayed: true };
      if (!isFree && (await keys.takeOver(id, claim, lease()))) break;
      if (Date.now() > giveUp) throw underWay();
      await sleep(POLL_MS);
    }
    return { result: await work(id, claim, doIt, prepare), replayed: false };
  };
}

const underWay = () =>
  new InProgressError('The first request with this Idempotency-Key is still being processed.', {
    headers: { 'Retry-After': '2' },
  });
