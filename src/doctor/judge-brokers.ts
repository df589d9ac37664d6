import type { BrokerFacts } from '../infra/rabbit/inspection';
import type { QueueMembers } from '../infra/rabbit/queue-members';
import { findingsOf, type Finding } from './finding';

/** With three members a queue goes on without any of them. */
const LEAST_MEMBERS = 3;
const { ok, warning, error } = findingsOf('RabbitMQ');

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

function judgeClusters(brokers: BrokerFacts[]): Finding[] {
  const answering = brokers.filter(({ cluster }) => cluster !== undefined);
  const clusters = [...new Set(answering.map(({ cluster }) => cluster))];
  if (clusters.length < 2) return [];
  const parts = clusters.map((name) => {
    const own = answering.filter(({ cluster }) => cluster === name).map(({ address }) => address);
    return `${own.join(', ')} ${areOrIs(own.length)} of ${name}`;
  });
  return [
    error(
      `The brokers of AMQP_URL are of ${clusters.length} clusters: ${parts.join('; ')}`,
      'Join them to one (rabbitmqctl join_cluster), or name the brokers of one: a queue is in one cluster only',
    ),
  ];
}

function judgeMembers(members: QueueMembers[] | Error): Finding[] {
  if (members instanceof Error)
    return [
      ok(
        `the members of the queues are unknown, since ${members.message}: rabbitmq-queues quorum_status QUEUE lists them on a broker’s host`,
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
