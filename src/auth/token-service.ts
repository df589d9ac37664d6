import jwt from 'jsonwebtoken';
import { LRUCache } from 'lru-cache';
import type { Key } from '../keys/key-list';
import type { KeyRing } from '../keys/key-ring';
import { UnauthenticatedError } from '../problems/errors';
import type { Principal } from '../people/principal';

export type TokenService = ReturnType<typeof createTokenService>;

interface TokenOptions {
  keys: KeyRing;
  ttlSeconds: number;
}

export interface AccessToken {
  token: string;
  expiresAt: Date;
}

/** A token that was verified: whose it is, by which key, and until when (ms since 1970). */
interface Checked {
  principal: Principal;
  keyId: string;
  endsAt: number;
}

/** `sid`: the session; `ver`: the user's `authVersion`. Tokens of earlier releases have neither. */
interface Claims {
  sub?: string;
  iat?: number;
  exp?: number;
  role?: unknown;
  sid?: string;
  ver?: number;
}

const ISSUER = 'taskfleet';
const AUDIENCE = 'taskfleet-api';
/** A type of its own (RFC 9068, 2.1), so that no other JWT with this key passes for an access token. */
const TYPE = 'at+jwt';
/** Most verified tokens that a worker remembers, at about 500 bytes each. */
const REMEMBERED = 20_000;

/** Returns the key id in the header of a token; undefined if it names none, or is no token at all. */
function keyIdOf(token: string): unknown {
  try {
    return jwt.decode(token, { complete: true })?.header.kid;
  } catch {
    return undefined;
  }
}

/**
 * Issues and verifies access tokens: HS256 with a fixed algorithm, issuer, audience and type (RFC 8725). The header
 * names the key (`kid`); a token of an earlier version names none, and any accepted key may have signed it.
 */
export function createTokenService({ keys, ttlSeconds }: TokenOptions) {
  // Verifying a signature costs a third of the throughput of a cached read, so each token is verified once.
  const checked = new LRUCache<string, Checked>({ max: REMEMBERED });

  function verifiedBy(key: Key, token: string): jwt.Jwt | undefined {
    try {
      return jwt.verify(token, key.object, {
        algorithms: ['HS256'],
        issuer: ISSUER,
        audience: AUDIENCE,
        // Endings are kept for tokens of the present lifetime; one that was issued for longer would outlive them.
        maxAge: ttlSeconds,
        complete: true,
      });
    } catch (error) {
      if (error instanceof jwt.TokenExpiredError)
        throw new UnauthenticatedError('The token has expired. Log in again.', 'invalid_token');
      return undefined;
    }
  }

  const isAccepted = (keyId: string) =>
    keyId === keys.current().id || keys.accepted().some(({ id }) => id === keyId);

  function check(token: string): Checked {
    const keyId = keyIdOf(token);
    const candidates = keys.accepted().filter(({ id }) => keyId === undefined || id === keyId);
    for (const key of candidates) {
      const decoded = verifiedBy(key, token);
      if (decoded) return { ...accessOf(decoded), keyId: key.id };
    }
    throw new UnauthenticatedError('The token is not valid here. Log in again.', 'invalid_token');
  }

  function accessOf(decoded: jwt.Jwt): { principal: Principal; endsAt: number } {
    const { sub, iat, exp, role, sid, ver } = decoded.payload as Claims;
    if (decoded.header.typ !== TYPE || !sub || !iat || !exp || (role !== 'Admin' && role !== 'worker')) {
      throw new UnauthenticatedError('The token is not an access token. Log in again.', 'invalid_token');
    }
    const endsAt = Math.min(exp, iat + ttlSeconds) * 1_000;
    return { principal: { id: sub, role, sessionId: sid, authVersion: ver }, endsAt };
  }

  /** Returns a token and when it expires: not later than `until`, the end of its session. */
  function grant({ id, role, sessionId: sid, authVersion: ver }: Principal, until?: Date): AccessToken {
    const key = keys.current();
    const iat = Math.floor(Date.now() / 1_000);
    const end = until ? Math.ceil(until.getTime() / 1_000) : Infinity;
    const exp = Math.min(iat + ttlSeconds, end);
    const token = jwt.sign({ role, sid, ver, iat, exp }, key.object, {
      algorithm: 'HS256',
      header: { alg: 'HS256', typ: TYPE, kid: key.id },
      subject: id,
      issuer: ISSUER,
      audience: AUDIENCE,
    });
    return { token, expiresAt: new Date(exp * 1_000) };
  }

  return {
    ttlMs: ttlSeconds * 1_000,

    grant,

    issue: (principal: Principal): string => grant(principal).token,

    /** @throws UnauthenticatedError if the token is forged, expired or made for another service */
    verify(token: string): Principal {
      const known = checked.get(token);
      if (known && known.endsAt > Date.now() && isAccepted(known.keyId)) return known.principal;
      const found = check(token);
      checked.set(token, found);
      return found.principal;
    },
  };
}
