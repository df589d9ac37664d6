import { byId, setText } from './dom.js';
import { createJobs } from './jobs.js';
import { ask, watch } from './stream.js';
import { createWorkers } from './workers.js';

/** For this tab, until it is closed. */
const KEY = 'taskfleet-ops-token';

const form = byId('log-in');
let token = sessionStorage.getItem(KEY);
let stop = new AbortController();

const say = (text) => setText(byId('notice'), text);
const LOST = { ok: false, message: 'No worker could be reached; try again.' };
const send = (method, path) => ask(method, path, { token }).catch(() => LOST);

async function press(name, what) {
  const answer = await send('POST', `/ops/workers/${name}/${what}`);
  if (!answer.ok) say(answer.message ?? `${name} could not be told to ${what}.`);
}

const showWorkers = createWorkers({
  onPress: press,
  onState: (name, state) => say(`${name} is ${state}${state === 'serving' ? ' again' : ''}.`),
});
const showJobs = createJobs({ send, say });

function leave(reason) {
  stop.abort();
  token = null;
  sessionStorage.removeItem(KEY);
  byId('live').hidden = true;
  byId('log-out').hidden = true;
  form.hidden = false;
  setText(byId('connection'), '');
  say(reason);
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
      leave(status === 403 ? 'This page is for Admins alone.' : 'Your log-in has ended: log in again.'),
  });
}

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const { email, password } = form.elements;
  say('');
  const body = { email: email.value, password: password.value };
  const answer = await ask('POST', '/users/login', { body }).catch(() => LOST);
  if (!answer.ok) return say(answer.message ?? 'That did not work; try again.');
  password.value = '';
  token = answer.body.token;
  sessionStorage.setItem(KEY, token);
  enter();
});
byId('log-out').addEventListener('click', () => leave('You are logged out.'));

if (token) enter();
else leave('');
