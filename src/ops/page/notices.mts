import { byId, setText } from './dom.mjs';

/** Long enough to read; then the page shows the result itself. */
const SHOWN_MS = 10_000;

const box = byId('alert');
const message = byId('alert-text');
let forget: ReturnType<typeof setTimeout> | undefined;

/** Shows what happened, for some seconds. */
export function say(text: string): void {
  clearTimeout(forget);
  setText(byId('notice'), text);
  forget = setTimeout(() => setText(byId('notice'), ''), SHOWN_MS);
}

/** Shows an error until the user closes it or starts another action. */
export function complain(text: string): void {
  setText(message, text);
  box.hidden = text === '';
}

byId('alert-close').addEventListener('click', () => complain(''));
