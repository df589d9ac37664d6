import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './compose-file';
import { newFolder } from './folder';

export const folder = path.join(root, 'deploy', 'swarm');

/** A `docker` that keeps what it is given. An answer with several words is one of them at each call, then the last one. */
const docker = `
next() { # NAME ANSWER…
  name=$1 && shift
  n=$(($(cat "$0.$name" 2>/dev/null) + 1))
  echo $n >"$0.$name"
  [ $n -le $# ] || n=$#
  shift $((n - 1))
  echo "$1" | tee -a "$0.calls"
}
case "$*" in
*"secret ls"*) printf %s "$THERE" ;;
*"secret rm"*) shift 2 && echo "$*" >"$0.removed" ;;
*"$REFUSED") exit 1 ;;
*"service logs"*) echo "its output" ;;
*CurrentState*) next state $STATES ;;
*'{{.Error}}'*) [ -z "$ERROR" ] || echo "$ERROR" ;;
*UpdateStatus*) next update $UPDATES ;;
*Replicas*)
  echo "\${4#name=}-other 0/1"
  echo "\${4#name=} $(next replicas $REPLICAS) (max 1 per node)"
  ;;
*ContainerSpec.Secrets*) echo "$SECRETS" ;;
*ContainerSpec.Env*) echo "$ENV" ;;
*) echo "$HASH_REDIS $*" >>"$0.calls"; cat >>"$0.$3" ;;
esac
`;
const composeFake = `
case "$*" in
*--services) echo "$SERVICES" ;;
*) echo "name: taskfleet"; echo "files: $*"; case "$*" in *"-f -"*) cat ;; esac ;;
esac
`;

/** Prints its arguments, and fails. */
const refusal = `printf '<%s>\\n' "$@" >&2; exit 1`;

/** Runs a script with the fakes, and with a `sleep` that takes no time. */
export function runScript(script: string, args: string[] = [], env: Record<string, string> = {}) {
  const bin = newFolder();
  for (const [name, text] of Object.entries({ docker, compose: composeFake, refuse: refusal, sleep: '' }))
    writeFileSync(path.join(bin, name), `#!/bin/sh\n${text}`, { mode: 0o755 });
  const defaults = {
    THERE: '',
    REFUSED: 'none',
    COMPOSE: 'compose',
    UPDATES: 'completed',
    REPLICAS: '1/1',
    TASKFLEET_IMAGE: 'image:1',
  };
  const { status, stdout, stderr } = spawnSync('sh', [path.join(folder, script), ...args], {
    env: { PATH: `${bin}:${process.env.PATH}`, ...defaults, ...env },
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 30_000,
  });
  const given = (name: string) => readFileSync(path.join(bin, `docker.${name}`), 'utf8');
  return { status, stdout, stderr, given, calls: () => given('calls').trimEnd().split('\n') };
}
