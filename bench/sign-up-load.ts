import { SIGN_UP_CONNECTIONS } from './bench-context';
import { startLoad, type Load } from './load';
import { newPerson } from './people';

/** Sign-ups as fast as they are answered, each of a person whom nobody has met. */
export const startSignUps = (url: string, signal: AbortSignal): Load =>
  startLoad({
    url,
    connections: SIGN_UP_CONNECTIONS,
    expectedStatus: 201,
    signal,
    request: {
      method: 'POST',
      path: '/users/signup',
      headers: { 'content-type': 'application/json' },
      setupRequest: (request) => ({ ...request, body: JSON.stringify(newPerson()) }),
    },
  });
