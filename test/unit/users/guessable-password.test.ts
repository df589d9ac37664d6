import { containsName, isCommon } from '../../../src/users/guessable-password';
import { newUserSchema } from '../../../src/users/user-schemas';

const ada = { name: 'Ada Lovelace', email: 'countess@example.com', username: 'ada.1815' };

describe('a common password', () => {
  it.each(['password', 'PassWord', 'iloveyou', '1234567890', 'qwertyuiop', 'ｐａｓｓｗｏｒｄ'])(
    'is %s',
    (password) => {
      expect(isCommon(password)).toBe(true);
    },
  );

  it.each(['correct horse', 'a password of tools', 'xK9 qqv27'])('is not %s', (password) => {
    expect(isCommon(password)).toBe(false);
  });
});

describe('a password', () => {
  it.each(['my lovelace', 'LOVELACE!', 'Ada Lovelace 1', 'xx ada.1815', 'the countess 7'])(
    'contains a name of its user: %s',
    (password) => {
      expect(containsName(password, ada)).toBe(true);
    },
  );

  // Three letters are in too many words, and many users share a domain.
  it.each(['adamant horse', 'example.com 1', 'correct horse'])('contains no name: %s', (password) => {
    expect(containsName(password, ada)).toBe(false);
  });

  it.each([
    ['iloveyou', 'is one of the commonest passwords; choose another'],
    ['i am lovelace', 'must not contain the name, the user name or the e-mail address of the user'],
  ])('is refused at its place in a sign-up: %s', (password, message) => {
    const { error } = newUserSchema.safeParse({ ...ada, password });
    expect(error!.issues.map((issue) => ({ path: issue.path, message: issue.message }))).toEqual([
      { path: ['password'], message },
    ]);
  });
});
