import type { RedisFacts } from '../infra/redis/inspection';
import { findingsOf, type Finding } from './finding';

const { ok, warning, error } = findingsOf('Redis');
const NAME_ANOTHER = 'Name the primary, or its sentinels, in REDIS_URL: docs/redis.md';

/** Judges whether the server may be used, and whether another one can take over. */
export function judgeRedisRole({
  isCluster,
  role,
  runId,
  replicas,
  sentinels,
}: Pick<RedisFacts, 'isCluster' | 'role' | 'runId' | 'replicas' | 'sentinels'>): Finding[] {
  if (isCluster) return [error('It belongs to a Redis Cluster, which taskfleet does not use', NAME_ANOTHER)];
  if (role !== 'master') return [error('It is a replica and takes no writes', NAME_ANOTHER)];
  const findings = [ok(`primary, run id ${runId}, replicas: ${replicas}`)];
  if (sentinels.length === 0) return findings;
  if (replicas === 0)
    findings.push(warning('No replica could take over', 'Start one, with replicaof and masterauth'));
  for (const { address, reason } of sentinels.filter(({ primary }) => !primary))
    findings.push(
      warning(
        `The sentinel ${address} does not help: ${reason}`,
        'Start it, or correct its address in REDIS_URL',
      ),
    );
  const answers = sentinels.flatMap(({ primary }) => primary ?? []);
  const named = [...new Set(answers)];
  findings.push(
    named.length > 1
      ? warning(
          `The sentinels name different primaries: ${named.join(', ')}`,
          'Wait for the end of a failover; if it stays, run SENTINEL RESET on the one that is wrong',
        )
      : ok(`${answers.length} of ${sentinels.length} sentinels answer, and name ${named.join()}`),
  );
  return findings;
}
