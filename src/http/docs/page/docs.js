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

// Whoever logs in or signs up here goes on with the token of the answer, also after a reload.
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
  plugins: [preparing],
  responseInterceptor: takeToken,
  tryItOutEnabled: true,
  persistAuthorization: true,
  deepLinking: true,
  displayOperationId: true,
  displayRequestDuration: true,
  filter: true,
  defaultModelsExpandDepth: 0,
});
