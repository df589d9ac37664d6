import { requireWithin } from '../lib/deadline';
import { addressOf, isLate, isLoginRefused, noAnswerIn, whyAway } from '../lib/server-away';
import { takesConnections } from '../lib/takes-connections';
import { findingsOf, type Finding } from './finding';

/** Time limit for each question to a server. */
export const LIMIT_MS = 2_000;

const variables = { MongoDB: 'MONGO_URL', Redis: 'REDIS_URL', RabbitMQ: 'AMQP_URL' };
const usualPorts = { MongoDB: 27_017, Redis: 6_379, RabbitMQ: 5_672 };

/** A server that runs and is slow needs another cure than one that is not there: a restart would lose what it does. */
async function judgeAway(server: keyof typeof variables, url: string, problem: Error): Promise<Finding> {
  const { error } = findingsOf(server);
  const variable = variables[server];
  const says = `${server} cannot be checked: ${whyAway(problem, url)}`;
  if (isLoginRefused(problem)) return error(says, `Correct the name and password in ${variable}`);
  if (isLate(problem) && (await takesConnections(addressOf(url), usualPorts[server])))
    return error(
      `${says}, though something takes connections there`,
      'It is busy or hangs: look at its log and at the load of its host, then run the doctor again. Restart it only if it stays so',
    );
  const cure = `If npm start runs this server: npm start. Otherwise check ${variable}, its host, and the network to it`;
  return error(says, cure);
}

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
    return [await judgeAway(server, url, problem as Error)];
  }
}
