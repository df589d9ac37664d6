import { byId, setText } from './dom.mjs';
import { createJobs } from './jobs.mjs';
import { complain, say } from './notices.mjs';
import { showScaling } from './scaling.mjs';
import { createSession, type Tokens } from './session.mjs';
import type { ShownWorker } from './shown.mjs';
import { ask, watch, type Reply } from './stream.mjs';
import { createWorkers, type Action } from './workers.mjs';

const form = byId('log-in');
const email = byId('email', HTMLInputElement);
const password = byId('password', HTMLInputElement);
const session = createSession({ key: 'taskfleet-ops-session' });
let stop = new AbortController();

const LOST = { ok: false, message: 'No worker could be reached. Try again.' };
async function send<T>(method: string, path: string): Promise<Reply<T>> {
  // Requests that the page makes by itself leave an error on screen.
  if (method !== 'GET') complain('');
  return ask<T>(method, path, { send: session.send }).catch(() => LOST);
}

async function press({ key, address }: ShownWorker, action: Action): Promise<void> {
  const { ok, message } = await send('POST', `/ops/workers/${address}/${action}`);
  if (!ok) complain(message ?? `${key} could not ${action}.`);
}

const showWorkers = createWorkers({
  onPress: press,
  onState: (name, state) => say(`${name} is ${state}${state === 'serving' ? ' again' : ''}.`),
  say,
});
const showJobs = createJobs({ send, say, complain });

/** @param show `complain` if the reason is an error */
function leave(reason: string, show = say): void {
  stop.abort();
  session.keep(null);
  byId('live').hidden = true;
  byId('log-out').hidden = true;
  form.hidden = false;
  setText(byId('connection'), '');
  complain('');
  show(reason);
  email.focus();
}

function enter(): void {
  form.hidden = true;
  byId('log-out').hidden = false;
  setText(byId('connection'), 'connecting…');
  stop = new AbortController();
  void watch(session.send, stop.signal, {
    onEvent(snapshot) {
      byId('live').hidden = false;
      setText(byId('connection'), `served by ${snapshot.by}`);
      showWorkers(snapshot);
      showScaling(snapshot.scaling);
      showJobs(snapshot);
    },
    onLost: () => setText(byId('connection'), 'reconnecting…'),
    onRefused: (status) =>
      leave(
        status === 403 ? 'This page is for Admins only.' : 'Your session has ended: log in again.',
        complain,
      ),
  });
}

async function logIn(): Promise<void> {
  say('');
  complain('');
  const body = { email: email.value, password: password.value };
  const reply = await ask<Tokens>('POST', '/users/login', { body }).catch(() => LOST);
  if (!('body' in reply) || !reply.body) return complain(reply.message ?? 'The log-in failed. Try again.');
  password.value = '';
  const { token, refreshToken, expiresAt } = reply.body;
  session.keep({ token, refreshToken, expiresAt });
  enter();
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  void logIn();
});
byId('log-out').addEventListener('click', () => {
  // Without an answer the session ends by itself.
  void session.logOut().catch(() => {});
  leave('You are logged out.');
});

if (session.token() !== null) enter();
else leave('');
