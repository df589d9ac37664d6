import { byId, setText } from './dom.js';

/** What was done is seen on the page by then. */
const SHOWN_MS = 10_000;

const box = byId('alert');
let forget;

/** What has happened. */
export function say(text) {
  clearTimeout(forget);
  setText(byId('notice'), text);
  forget = setTimeout(() => setText(byId('notice'), ''), SHOWN_MS);
}

/** What went wrong: it stays until something else is tried or it is closed. */
export function complain(text) {
  setText(box.firstElementChild, text);
  box.hidden = text === '';
}

box.lastElementChild.addEventListener('click', () => complain(''));
