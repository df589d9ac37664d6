import { byId, setText } from './dom.js';
import { createJobs } from './jobs.js';
import { complain, say } from './notices.js';
import { ask, watch } from './stream.js';
import { createWorkers } from './workers.js';

/** For this tab, until it is closed. */
const KEY = 'taskfleet-ops-token';

const form = byId('log-in');
let token = sessionStorage.getItem(KEY);
let stop = new AbortController();

const LOST = { ok: false, message: 'No worker could be reached; try again.' };
function send(method, path) {
  // What is asked for by itself takes no complaint away.
  if (method !== 'GET') complain('');
  return ask(method, path, { token }).catch(() => LOST);
}

async function press(name, what) {
  const answer = await send('POST', `/ops/workers/${name}/${what}`);
  if (!answer.ok) complain(answer.message ?? `${name} could not be told to ${what}.`);
}

const showWorkers = createWorkers({
  onPress: press,
  onState: (name, state) => say(`${name} is ${state}${state === 'serving' ? ' again' : ''}.`),
  say,
});
const showJobs = createJobs({ send, say, complain });

/** `tell`: whether the reason is an error. */
function leave(reason, tell = say) {
  stop.abort();
  token = null;
  sessionStorage.removeItem(KEY);
  byId('live').hidden = true;
  byId('log-out').hidden = true;
  form.hidden = false;
  setText(byId('connection'), '');
  complain('');
  tell(reason);
  form.elements.email.focus();
}

function enter() {
  form.hidden = true;
  byId('log-out').hidden = false;
  setText(byId('connection'), 'connecting…');
  stop = new AbortController();
  void watch(token, stop.signal, {
    onEvent(snapshot) {
      byId('live').hidden = false;
      setText(byId('connection'), `live, told by ${snapshot.by}`);
      showWorkers(snapshot);
      showJobs(snapshot);
    },
    onLost: () => setText(byId('connection'), 'reconnecting…'),
    onRefused: (status) =>
      leave(
        status === 403 ? 'This page is for Admins alone.' : 'Your log-in has ended: log in again.',
        complain,
      ),
  });
}

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const { email, password } = form.elements;
  say('');
  complain('');
  const body = { email: email.value, password: password.value };
  const answer = await ask('POST', '/users/login', { body }).catch(() => LOST);
  if (!answer.ok) return complain(answer.message ?? 'That did not work; try again.');
  password.value = '';
  token = answer.body.token;
  sessionStorage.setItem(KEY, token);
  enter();
});
byId('log-out').addEventListener('click', () => leave('You are logged out.'));

if (token) enter();
else leave('');
