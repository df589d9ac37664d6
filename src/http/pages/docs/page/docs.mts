import { createSession } from './session.mjs';

interface Parameter {
  required?: boolean;
  description?: string;
}

interface Document {
  info?: { description: string };
  paths?: Record<string, Record<string, { parameters?: Parameter[] }>>;
}

interface Reply {
  ok: boolean;
  body?: { token?: unknown; refreshToken?: unknown; expiresAt?: unknown };
}

interface Request {
  url: string;
  headers: Record<string, string>;
  /** Sends the request instead of `fetch`. */
  userFetch?: (url: string, request: Request) => Promise<Response>;
}

interface SwaggerUi {
  authActions: {
    restoreAuthorization: (kept: { authorized: unknown }) => void;
    persistAuthorizationIfNeeded: () => void;
  };
  authSelectors: { authorized: () => { toJS: () => { token?: { value?: unknown } } } };
  preauthorizeApiKey: (scheme: string, token: string) => void;
}

declare const SwaggerUIBundle: (options: Record<string, unknown>) => SwaggerUi;

// Swagger UI has a dark style, but leaves it to the page when to use it.
const dark = matchMedia('(prefers-color-scheme: dark)');
const followScheme = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
dark.addEventListener('change', followScheme);
followScheme();

/**
 * Moves the example of an optional parameter into its description. Swagger UI fills every field with its example, which
 * would spoil the first try: a filter that finds nothing, the tag of another version, a key that was used before.
 */
function withoutPrefill(parameter: Parameter): Parameter {
  if (parameter.required) return parameter;
  const examples: unknown[] = [];
  const bare = JSON.parse(JSON.stringify(parameter), (key, value: unknown) =>
    key === 'example' ? void examples.push(value) : value,
  ) as Parameter;
  if (examples.length === 0) return parameter;
  const { description = '' } = parameter;
  return { ...bare, description: `${description} For example: \`${String(examples.at(-1))}\`` };
}

function prepare(document: Document): Document {
  if (document.info)
    document.info.description += ' On this page, *Execute* on a log-in or sign-up does that by itself.';
  for (const path of Object.values(document.paths ?? {}))
    for (const operation of Object.values(path))
      if (operation.parameters) operation.parameters = operation.parameters.map(withoutPrefill);
  return document;
}

const preparing = () => ({
  statePlugins: {
    spec: {
      wrapActions: {
        updateJsonSpec: (update: (document: Document) => unknown) => (document: Document) =>
          update(prepare(document)),
      },
    },
  },
});

/**
 * Key of the token in sessionStorage, which keeps it for this tab only. Swagger UI's own `persistAuthorization` uses
 * localStorage, which keeps the token on the computer for every tab and the next user.
 */
const KEY = 'authorized';
localStorage.removeItem(KEY);

const keeping = () => ({
  statePlugins: {
    auth: {
      wrapActions: {
        // Swagger UI calls this action after each log-in and log-out.
        persistAuthorizationIfNeeded: (_original: unknown, system: SwaggerUi) => () => {
          const authorized = system.authSelectors.authorized().toJS();
          sessionStorage.setItem(KEY, JSON.stringify(authorized));
          // After a log-out, or if another token was entered.
          if (authorized.token?.value !== session.token()) session.keep(null);
        },
      },
    },
  },
});

function useToken(token: string): void {
  ui.preauthorizeApiKey('token', token);
  ui.authActions.persistAuthorizationIfNeeded();
}

const session = createSession({ key: 'session', onRenewal: useToken });

function restoreToken(): void {
  const authorized = sessionStorage.getItem(KEY);
  if (authorized) ui.authActions.restoreAuthorization({ authorized: JSON.parse(authorized) as unknown });
}

/** Uses the token of a log-in or sign-up on this page for the next requests, also after a reload. */
function takeToken(reply: Reply): Reply {
  const { token, refreshToken, expiresAt } = (reply.ok && reply.body) || {};
  // The token of a script neither expires soon nor is renewed.
  if (typeof token === 'string' && !token.startsWith('tft_')) {
    // A change of the password answers without a refresh token: the earlier one stays valid.
    session.keep({ token, refreshToken: refreshToken as string | undefined, expiresAt: String(expiresAt) });
    useToken(token);
  }
  return reply;
}

/** Renews the token of the session before a request, or after it was refused. */
async function withSession(request: Request): Promise<Request> {
  const token = session.token();
  if (token === null || request.headers.Authorization !== `Bearer ${token}`) return request;
  // Shown with the answer.
  request.headers.Authorization = `Bearer ${(await session.current()) ?? token}`;
  request.userFetch = session.send;
  return request;
}

const ui = SwaggerUIBundle({
  url: '../openapi.json',
  dom_id: '#swagger-ui',
  // The validator's badge would send the document to another host.
  validatorUrl: null,
  plugins: [preparing, keeping],
  requestInterceptor: withSession,
  responseInterceptor: takeToken,
  tryItOutEnabled: true,
  onComplete: restoreToken,
  deepLinking: true,
  displayOperationId: true,
  displayRequestDuration: true,
  filter: true,
  defaultModelsExpandDepth: 0,
});
