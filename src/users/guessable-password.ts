import { dictionary } from '@zxcvbn-ts/language-common';

/** Shorter passwords and names are not looked for: the first are refused anyway, the second are in too many words. */
const SHORTEST_PASSWORD = 8;
const SHORTEST_NAME = 4;

/** Commonest passwords of public leaks, in lower case. */
const COMMON = new Set(
  dictionary['passwords-common'].filter((password) => password.length >= SHORTEST_PASSWORD),
);

/** Longer than any password, name or address that is accepted: composing a long text takes quadratic time. */
const LONGEST = 300;
const folded = (text: string) => text.slice(0, LONGEST).normalize('NFKC').toLowerCase();

export const isCommon = (password: string): boolean => COMMON.has(folded(password));

export interface Named {
  name: string;
  email: string;
  username: string;
}

/** Returns whether the password contains a name of its user: the whole name, a word of it, user name or mailbox. */
export function containsName(password: string, { name, email, username }: Named): boolean {
  const mailbox = email.slice(0, email.lastIndexOf('@'));
  const names = [name, ...name.slice(0, LONGEST).split(/\s+/), username, mailbox].map(folded);
  const inPassword = folded(password);
  return names.some((one) => [...one].length >= SHORTEST_NAME && inPassword.includes(one));
}

export const NAME_FAULT = 'must not contain the name, the user name or the e-mail address of the user';
