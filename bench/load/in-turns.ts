import type autocannon from 'autocannon';

export interface RequestKind {
  method: 'GET' | 'POST' | 'PUT';
  path: string;
  headers: Record<string, string>;
  body?: string;
  expected: number;
}

/** Requests of these kinds, one after the other, over and over; `wrong` counts other statuses than are expected. */
export function inTurns(kinds: readonly RequestKind[]) {
  const wrong: Record<string, number> = {};
  let sent = 0;
  const request: autocannon.Request = {
    setupRequest: (common, context: { expected?: number }) => {
      const { expected, headers, ...kind } = kinds[sent++ % kinds.length]!;
      context.expected = expected;
      return { ...common, ...kind, headers: { ...headers, 'content-type': 'application/json' } };
    },
    onResponse: (status, _body, context: { expected?: number }) => {
      if (status === context.expected) return;
      const what = `${status} in place of ${context.expected}`;
      wrong[what] = (wrong[what] ?? 0) + 1;
    },
  };
  return { request, wrong };
}
