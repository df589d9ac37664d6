/** Variables that keep the tokens of each account, by the field of the answer. */
export const RENEWED = {
  Admin: { token: 'token', refreshToken: 'refreshToken', expiresAt: 'expiresAt' },
  worker: { token: 'workerToken', refreshToken: 'workerRefreshToken', expiresAt: 'workerExpiresAt' },
};

/** Runs before each request, and renews tokens that expire within a minute. */
export const RENEW = [
  `for (const names of ${JSON.stringify(Object.values(RENEWED))}) {`,
  '  const left = Date.parse(pm.collectionVariables.get(names.expiresAt)) - Date.now();',
  '  // Not a number before the first log-in.',
  '  if (!(left < 60000)) continue;',
  '  const refreshToken = pm.collectionVariables.get(names.refreshToken);',
  '  pm.sendRequest(',
  '    {',
  "      url: `${pm.variables.get('url')}/users/token`,",
  "      method: 'POST',",
  "      header: { 'Content-Type': 'application/json' },",
  "      body: { mode: 'raw', raw: JSON.stringify({ refreshToken }) },",
  '    },',
  '    (error, answer) => {',
  '      // A session that has ended is not renewed again; the next log-in sets the variables anew.',
  "      if (!error && answer.code === 401) pm.collectionVariables.set(names.expiresAt, '');",
  '      if (error || answer.code !== 200) return;',
  '      const renewed = answer.json();',
  '      for (const field of Object.keys(names)) pm.collectionVariables.set(names[field], renewed[field]);',
  '    },',
  '  );',
  '}',
];
