/** What the page loads of swagger-ui-dist: nothing else of that package is served. */
export const UI_FILES = ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png'] as const;
type UiFile = (typeof UI_FILES)[number];

const indexOf = (version: string) => {
  // The version in the address lets browsers keep these for good.
  const ui = (name: UiFile) => `${name}?v=${version}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>taskfleet API</title>
<link rel="stylesheet" href="${ui('swagger-ui.css')}">
<link rel="stylesheet" href="docs.css">
<link rel="icon" type="image/png" sizes="32x32" href="${ui('favicon-32x32.png')}">
</head>
<body>
<main id="swagger-ui"></main>
<noscript>This page needs JavaScript. What it shows is <a href="../openapi.json">openapi.json</a>.</noscript>
<script src="${ui('swagger-ui-bundle.js')}"></script>
<script src="docs.js"></script>
</body>
</html>
`;
};

const STYLE = `body { margin: 0; }
noscript { display: block; padding: 2rem; }
/* No operation has links: their column only takes room. */
.swagger-ui .response-col_links { display: none; }
/* There is one server: the one that the page came from. */
.swagger-ui .scheme-container .servers-title, .swagger-ui .scheme-container .servers { display: none; }
.swagger-ui .info { margin: 1.5rem 0; }
html.dark-mode .swagger-ui .opblock .opblock-section-header { background: #0004 !important; }
/* Dark on dark without this. */
html.dark-mode .swagger-ui table.headers td { color: inherit; }
.swagger-ui table.headers td { padding-right: 1em; }
@media (max-width: 640px) {
  .swagger-ui .opblock .opblock-summary-operation-id, .swagger-ui table.headers .header-col:nth-child(3) { display: none; }
  .swagger-ui .opblock .opblock-summary-path { max-width: none; }
}
`;

const SCRIPT = `'use strict';

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
  return { ...bare, description: description + ' For example: \`' + examples.at(-1) + '\`' };
}

function prepare(document) {
  if (document.info) document.info.description += ' Here a log-in or a sign-up by *Execute* does that by itself.';
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
`;

/** The page's own files by their path below /docs/. @param version of Swagger UI */
export const ownFiles = (version: string) => ({
  '': { type: 'text/html', content: indexOf(version) },
  'docs.css': { type: 'text/css', content: STYLE },
  'docs.js': { type: 'text/javascript', content: SCRIPT },
});
