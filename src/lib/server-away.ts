const VARIABLES = { MongoDB: 'MONGO_URL', RabbitMQ: 'AMQP_URL' };

/** Where it is, without the credentials that its URL has. */
export const addressOf = (url: string): string => /^[^/]*\/\/(?:.*@)?([^/?]*)/s.exec(url)?.[1] ?? '';

/** Node tells of a refused connection in parts, and drivers at length. */
export function reasonOf(problem: unknown): string {
  const { message, errors } = problem as AggregateError;
  const [first] = (errors ?? []) as Error[];
  return (message || first?.message || String(problem)).split('\n')[0]!;
}

/** Says which server it is, where, and what to do. */
export class ServerAwayError extends Error {
  constructor(server: keyof typeof VARIABLES, url: string, cause: unknown) {
    super(
      `${server} at ${addressOf(url)} can't be asked: ${reasonOf(cause)}
npm start brings back the local stack's own (npm run doctor tells more); for another look at ${VARIABLES[server]}.`,
      { cause },
    );
  }
}
