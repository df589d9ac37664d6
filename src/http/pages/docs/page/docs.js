'use strict';

// Swagger UI has a dark style, and leaves it to the page when to use it.
const dark = matchMedia('(prefers-color-scheme: dark)');
const followScheme = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
dark.addEventListener('change', followScheme);
followScheme();

// Swagger UI fills every field with its example, and each optional one would spoil the first try:
// a filter that finds nothing, a tag of another version, a key that was used before. They are told instead.
function withoutPrefill(parameter) {
  if (parameter.required) return parameter;
  const examples = [];
  const bare = JSON.parse(JSON.stringify(parameter), (key, value) =>
    key === 'example' ? void examples.push(value) : value,
  );
  if (examples.length === 0) return parameter;
  const { description = '' } = parameter;
  return { ...bare, description: description + ' For example: `' + examples.at(-1) + '`' };
}

function prepare(document) {
  if (document.info)
    document.info.description += ' Here a log-in or a sign-up by *Execute* does that by itself.';
  for (const operation of Object.values(document.paths ?? {}).flatMap(Object.values)) {
    if (operation.parameters) operation.parameters = operation.parameters.map(withoutPrefill);
  }
  return document;
}

const preparing = () => ({
  statePlugins: {
    spec: { wrapActions: { updateJsonSpec: (update) => (document) => update(prepare(document)) } },
  },
});

// Keeps the token for this tab alone: Swagger UI's own `persistAuthorization` puts it into localStorage, where it stays
// on the machine, for every tab and the next person.
const tokenKey = 'authorized';
localStorage.removeItem(tokenKey);

const keeping = () => ({
  statePlugins: {
    auth: {
      wrapActions: {
        // Called after each log-in and log-out.
        persistAuthorizationIfNeeded: (_original, system) => () =>
          sessionStorage.setItem(tokenKey, JSON.stringify(system.authSelectors.authorized().toJS())),
      },
    },
  },
});

function restoreToken() {
  const authorized = sessionStorage.getItem(tokenKey);
  if (authorized) ui.authActions.restoreAuthorization({ authorized: JSON.parse(authorized) });
}

// Goes on with the token of a log-in or sign-up by this page, also after a reload.
function takeToken(response) {
  const token = response.ok && response.body?.token;
  if (typeof token === 'string') {
    ui.preauthorizeApiKey('token', token);
    ui.authActions.persistAuthorizationIfNeeded();
  }
  return response;
}

const ui = SwaggerUIBundle({
  url: '../openapi.json',
  dom_id: '#swagger-ui',
  // The badge of the validator would send the document to another host.
  validatorUrl: null,
  plugins: [preparing, keeping],
  responseInterceptor: takeToken,
  tryItOutEnabled: true,
  onComplete: restoreToken,
  deepLinking: true,
  displayOperationId: true,
  displayRequestDuration: true,
  filter: true,
  defaultModelsExpandDepth: 0,
});
