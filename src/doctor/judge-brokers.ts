import type { BrokerFacts } from '../infra/rabbit/inspection';
import type { QueueMembers } from '../infra/rabbit/queue-members';
import { findingsOf, type Finding } from './finding';

/** With three members a queue goes on without any of them. */
const LEAST_MEMBERS = 3;
const { ok, note, warning, error } = findingsOf('RabbitMQ');

const areOrIs = (count: number) => (count === 1 ? 'is' : 'are');

/** Judges the brokers of AMQP_URL if it names several. @param members of the queues, or why they are unknown */
export function judgeBrokers(brokers: BrokerFacts[], members: QueueMembers[] | Error): Finding[] {
  if (brokers.length < 2) return [];
  const away = brokers.flatMap(({ away }) =>
    away === undefined
      ? []
      : [warning(`A broker of AMQP_URL is away: ${away}`, 'Start it, or take it from AMQP_URL')],
  );
  const named = away.length > 0 ? [] : [ok(`all ${brokers.length} brokers of AMQP_URL answer`)];
  return [...named, ...away, ...judgeClusters(brokers), ...judgeMembers(members)];
}

/** Two clusters may have given themselves one name, and nodes of one cluster have several, so the queues are compared. */
function judgeClusters(brokers: BrokerFacts[]): Finding[] {
  const having = (has: boolean) =>
    brokers.filter(({ hasQueues }) => hasQueues === has).map(({ address }) => address);
  const [owners, strangers] = [having(true), having(false)];
  if (owners.length === 0 || strangers.length === 0) return [];
  return [
    error(
      `The queues of ${owners.join(', ')} are not known at ${strangers.join(', ')}: they are of several clusters`,
      'Join them to one (rabbitmqctl join_cluster), or name the brokers of one',
    ),
  ];
}

function judgeMembers(members: QueueMembers[] | Error): Finding[] {
  if (members instanceof Error)
    return [
      note(
        `It is unknown which brokers hold the queues, since ${members.message}: rabbitmq-queues quorum_status QUEUE lists them on a broker’s host`,
      ),
    ];
  return members.map(({ queue, members: all, online }) => {
    if (all < LEAST_MEMBERS)
      return warning(
        `${queue} has ${all} member${all === 1 ? '' : 's'}: it needs ${LEAST_MEMBERS} to go on without any one broker`,
        'On a broker’s host: rabbitmq-queues grow NODE all, once for each node (rabbitmqctl cluster_status) without a member',
      );
    if (online < all)
      return warning(
        `${queue}: ${online} of ${all} members ${areOrIs(online)} online`,
        'Start the other brokers: rabbitmqctl cluster_status lists them',
      );
    return ok(`${queue} has ${all} members, all online`);
  });
}
