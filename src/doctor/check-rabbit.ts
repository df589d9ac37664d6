import type { RabbitServers } from '../infra/rabbit/brokers';
import { inspectRabbit, type RabbitFacts } from '../infra/rabbit/inspection';
import { askQueueMembers } from '../infra/rabbit/queue-members';
import { askServer, LIMIT_MS } from './ask-server';
import type { Finding } from './finding';
import { judgeBrokers } from './judge-brokers';
import { judgeRabbit } from './judge-servers';

interface Checked {
  servers: RabbitServers;
  managementUrl?: string;
  prefix: string;
  /** Command that shows the logs of the job workers. */
  logs: string;
}

/** Checks every broker of AMQP_URL, the queues of jobs, and how many brokers hold them. */
export function checkRabbit({ servers, managementUrl, prefix, logs }: Checked): Promise<Finding[]> {
  const membersOf = async ({ brokers, broker, isThere }: RabbitFacts) =>
    brokers.length < 2 || !isThere
      ? []
      : askQueueMembers({ broker, caFile: servers.caFile, managementUrl }, prefix, LIMIT_MS / 2).catch(
          (error: Error) => error,
        );
  return askServer(
    'RabbitMQ',
    servers.url,
    async () => {
      const facts = await inspectRabbit(servers, prefix, LIMIT_MS);
      return [...judgeRabbit(facts, logs), ...judgeBrokers(facts.brokers, await membersOf(facts))];
    },
    // A broker that is silent uses up the time of the others otherwise.
    2 * LIMIT_MS,
  );
}
