import { requireWithin } from '../lib/deadline';
import { noAnswerIn, whyAway } from '../lib/server-away';
import { findingsOf, type Finding } from './finding';

/** Time limit for each question to a server. */
export const LIMIT_MS = 2_000;

const variables = { MongoDB: 'MONGO_URL', Redis: 'REDIS_URL', RabbitMQ: 'AMQP_URL' };

/** Returns the findings of `ask`, or one finding that the server does not answer. */
export async function askServer(
  server: keyof typeof variables,
  url: string,
  ask: () => Promise<Finding[]>,
  limitMs = LIMIT_MS,
): Promise<Finding[]> {
  try {
    return await requireWithin(ask(), limitMs, noAnswerIn(limitMs));
  } catch (problem) {
    const cure = `If npm start runs this server: npm start (npm stop first if it hangs). Otherwise check ${variables[server]}`;
    const why = whyAway(problem as Error, url);
    return [findingsOf(server).error(`${server} cannot be checked: ${why}`, cure)];
  }
}
