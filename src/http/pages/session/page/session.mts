/** What a log-in and a renewal answer. */
export interface Tokens {
  token: string;
  refreshToken: string;
  expiresAt: string;
}

/** `renewals` since the log-in: of two copies the one with more is newer. */
interface Kept extends Tokens {
  renewals: number;
}

interface SessionOptions {
  /** Key of the tokens in sessionStorage, which keeps them for this tab until it is closed. */
  key: string;
  /** Called with the token after each renewal, also by another tab. */
  onRenewal?: (token: string) => void;
}

interface Request extends RequestInit {
  headers?: Record<string, string>;
}

const RENEWED_BEFORE_MS = 60_000;
/** How long other tabs have to answer before a renewal. */
const TABS_MS = 200;
const RENEWAL = new URL('../users/token', import.meta.url);
const LOG_OUT = new URL('../users/logout', import.meta.url);

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const isDue = ({ expiresAt }: Tokens) => Date.parse(expiresAt) - Date.now() < RENEWED_BEFORE_MS;
/** Returns the part of the refresh token that stays the same over renewals. */
const sessionOf = ({ refreshToken }: Tokens) => refreshToken.split('_')[1];

/** Returns whether the token was refused, and so the request had no effect (RFC 6750, 3.1). */
const isRefused = ({ status, headers }: Response) =>
  status === 401 && (headers.get('WWW-Authenticate')?.includes('invalid_token') ?? false);

const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });
const askForTokens = (refreshToken: string) =>
  fetch(RENEWAL, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ refreshToken }),
    keepalive: true,
  });

/** Keeps the tokens of a log-in on this page, renews them, and sends requests with them. */
export function createSession({ key, onRenewal = () => {} }: SessionOptions) {
  let kept = JSON.parse(sessionStorage.getItem(key) ?? 'null') as Kept | null;
  let renewal: Promise<void> | undefined;
  /** False if a new token seems to expire at once: the clock of this computer is wrong, so only a refusal counts. */
  let trustsClock = true;
  /** Browsers copy sessionStorage into a duplicated tab. All tabs of a session need the newest tokens. */
  const tabs = new BroadcastChannel('taskfleet-session');

  function store(next: Kept | null): void {
    kept = next;
    if (next) sessionStorage.setItem(key, JSON.stringify(next));
    else sessionStorage.removeItem(key);
  }

  function takeRenewed(next: Kept): void {
    store(next);
    trustsClock = !isDue(next);
    onRenewal(next.token);
  }

  // A tab that posts older tokens gets the newer ones. Equal ones get no answer.
  tabs.onmessage = ({ data }: MessageEvent<Kept>) => {
    if (!kept || sessionOf(data) !== sessionOf(kept)) return;
    if (data.renewals > kept.renewals) takeRenewed(data);
    else if (data.renewals < kept.renewals) tabs.postMessage(kept);
  };

  async function renew(): Promise<void> {
    const { refreshToken, renewals } = kept!;
    const isCurrent = () => kept?.refreshToken === refreshToken;
    tabs.postMessage(kept);
    await wait(TABS_MS);
    if (!isCurrent()) return;
    const response = await askForTokens(refreshToken);
    if (!isCurrent()) return;
    if (response.status === 401) store(null);
    if (!response.ok) return;
    const { token, expiresAt, refreshToken: next } = (await response.json()) as Tokens;
    if (!isCurrent()) return;
    takeRenewed({ token, expiresAt, refreshToken: next, renewals: renewals + 1 });
    tabs.postMessage(kept);
  }

  /** Calls share a renewal that is under way. */
  const renewOnce = (): Promise<void> =>
    (renewal ??= renew()
      .catch(() => {})
      .finally(() => (renewal = undefined)));

  const token = () => kept?.token ?? null;

  /** Returns the token of the session, renewed if it expires within a minute; null after a log-out. */
  async function current(): Promise<string | null> {
    if (kept && trustsClock && isDue(kept)) await renewOnce();
    return token();
  }

  return {
    token,
    current,

    /** Keeps the tokens of a log-in, or a new token of this session; null forgets them. */
    keep(next: (Omit<Tokens, 'refreshToken'> & { refreshToken?: string }) | null): void {
      const refreshToken = next?.refreshToken ?? kept?.refreshToken;
      trustsClock = true;
      if (!next || !refreshToken) return store(null);
      const tokens = { token: next.token, expiresAt: next.expiresAt, refreshToken };
      const isSame = kept !== null && sessionOf(kept) === sessionOf(tokens);
      store({ ...tokens, renewals: isSame ? kept!.renewals + 1 : 0 });
      tabs.postMessage(kept);
    },

    /** Sends a request with the token. Sends it again with a renewed one if the token is refused. */
    async send(place: string, { headers, ...request }: Request = {}): Promise<Response> {
      const sent = await current();
      const sendWith = (one: string | null) =>
        fetch(place, { ...request, headers: { ...headers, ...(one !== null && bearer(one)) } });
      const response = await sendWith(sent);
      if (sent === null || !isRefused(response)) return response;
      if (token() === sent) await renewOnce();
      const renewed = token();
      return renewed === null || renewed === sent ? response : sendWith(renewed);
    },

    /** Forgets the tokens at once, and ends the session, also with a token that has expired. */
    async logOut(): Promise<void> {
      const ended = kept;
      store(null);
      if (!ended) return;
      const end = (one: string) => fetch(LOG_OUT, { method: 'POST', headers: bearer(one), keepalive: true });
      if (!isRefused(await end(ended.token))) return;
      const renewed = await askForTokens(ended.refreshToken);
      if (renewed.ok) await end(((await renewed.json()) as Tokens).token);
    },
  };
}
