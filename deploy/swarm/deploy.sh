#!/bin/sh
# Deploys the stack, or changes the one that runs. On a manager, in a clone of the release:
#   TASKFLEET_IMAGE=registry.example.com/taskfleet:1.2.3 deploy/swarm/deploy.sh
# Further files change it: deploy/swarm/deploy.sh -f mine.yml
set -eu
: "${TASKFLEET_IMAGE:?is not set: it names the image of the release}"
here=$(dirname "$0")

hash() { sha256sum "$here/$1" | cut -c1-12; }
HASH_NGINX=$(hash ../../nginx/nginx.conf.template)
HASH_ROUND_ROBIN=$(hash ../../nginx/balancing/round-robin.conf)
HASH_LEAST_CONNECTIONS=$(hash ../../nginx/balancing/least-connections.conf)
HASH_MONGO=$(hash ../../mongo/health-check.js)
HASH_REDIS=$(hash redis.sh)
HASH_SENTINEL=$(hash sentinel.sh)
HASH_RABBITMQ=$(hash rabbitmq.conf)
export HASH_NGINX HASH_ROUND_ROBIN HASH_LEAST_CONNECTIONS HASH_MONGO HASH_REDIS HASH_SENTINEL HASH_RABBITMQ

# Other options of Compose are refused: --dry-run would deploy.
files=
newline='
'
while [ $# -gt 0 ]; do
  if [ "$1" != -f ] || [ $# -lt 2 ]; then
    echo "Usage: $0 [-f FILE]..." >&2
    exit 2
  fi
  # A file is one of the folder in which the user is; if there is none, one that stands beside this script.
  file=$2
  if [ ! -e "$file" ] && [ -e "$here/$file" ]; then file=$here/$file; fi
  files="$files-f$newline$file$newline"
  shift 2
done
# `--no-interpolate` leaves ${NAME} to `docker stack deploy`, which reads the environment and no .env.
config() (
  set -f
  compose=${COMPOSE:-docker compose}
  # Names of files may contain blanks.
  IFS=$newline
  set -- -f "$here/stack.yml" $files "$@"
  unset IFS
  $compose "$@"
)
without() { # SERVICE…
  printf 'services:\n'
  printf '  %s: !reset null\n' "$@"
}
# Clients before 27 refuse a name, and know `tmpfs` only in a file with a version. The other hosts pull the image with the
# log-in of this one.
deploy() {
  sed "s/^name:.*/version: '3.8'/" |
    docker stack deploy "$@" --compose-file - --with-registry-auth taskfleet
}
# State of the last update of a service, and when it began; nothing before the first one.
update_of() { # SERVICE
  status='{{if .UpdateStatus}}{{.UpdateStatus.State}} {{.UpdateStatus.StartedAt}}{{end}}'
  docker service inspect --format "$status" "taskfleet_$1" 2>/dev/null || echo 'is not known'
}
# Prints what a service still lacks, such as `mongo-1 0/1`; nothing if all of it runs and no update of it goes on.
lack_of() { # SERVICE
  state=$(update_of "$1")
  # An earlier update may have been given up.
  case $before in *"$1 $state|"*) state= ;; esac
  # The filter also finds longer names; `2/3 (max 1 per node)` has more words.
  replicas=$(docker service ls --filter "name=taskfleet_$1" --format '{{.Name}} {{.Replicas}}' |
    sed -n "s/^taskfleet_$1 \([^ ]*\).*/\1/p")
  case $state in
  '' | completed*) [ -n "$replicas" ] && [ "${replicas%/*}" = "${replicas#*/}" ] || echo "$1 $replicas" ;;
  *) echo "$1 ${state%% [0-9]*}" ;;
  esac
}
give_up() { # MESSAGE SERVICE…
  echo "$1. Nothing further was touched. Mend it, and run this again." >&2
  shift
  for service; do docker service ps --no-trunc "taskfleet_$service" >&2; done
  exit 1
}
last_errors() {
  while read -r service lack; do
    error=$(docker service ps --no-trunc --format '{{.Error}}' "taskfleet_$service" | grep -m1 .) || continue
    echo "  $service: $error (docker service logs taskfleet_$service)"
  done
}
# The swarm begins an update a moment after it was told to, so the services have settled once three checks in a row find
# nothing that they lack.
wait_for() { # WHAT SERVICE…
  what=$1 checks=0 calm=0
  shift
  while [ "$calm" -lt 3 ]; do
    lack=$(for service; do lack_of "$service"; done)
    case $lack in
    '') calm=$((calm + 1)) ;;
    *paused* | *rollback*) give_up "The swarm gave up: $(echo $lack)" "$@" ;;
    *) calm=0 ;;
    esac
    # Every 20 s; given up after 10 minutes.
    if [ $((checks % 10)) = 0 ]; then
      echo "Waiting for $what:" ${lack:-all of it runs}
      [ -z "$lack" ] || echo "$lack" | last_errors
    fi
    [ "$checks" -lt 300 ] || give_up "Not all of $what runs after 10 minutes: $(echo $lack)" "$@"
    checks=$((checks + 1))
    sleep 2
  done
}

# The members of one host after the other, so that a majority of each cluster always runs.
services=$(config config --no-interpolate --services)
before=$(for service in $services; do printf '%s|' "$service $(update_of "$service")"; done)
for host in 1 2 3; do
  members=$(echo "$services" | grep -- "-$host\$") || continue
  without $(echo "$services" | grep -v -- "-$host\$") | config -f - config --no-interpolate | deploy
  wait_for "the members of host $host" $members
done
others=$(echo "$services" | grep -v -- '-[123]$') || :
config config --no-interpolate | deploy --prune
wait_for "$(echo $others)" $others
