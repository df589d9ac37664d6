#!/bin/sh
# Deploys the stack, or changes the one that runs. On a manager, in a clone of the release:
#   TASKFLEET_IMAGE=registry.example.com/taskfleet:1.2.3 deploy/swarm/deploy.sh
# Further files change it: deploy/swarm/deploy.sh -f mine.yml
set -eu
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

# `--no-interpolate` leaves ${NAME} to `docker stack deploy`, which reads the environment and no .env.
config() { ${COMPOSE:-docker compose} -f "$here/stack.yml" $files "$@"; }
# A file is one of the folder in which the user is; if there is none, one that stands beside this script.
files=
for argument; do
  if [ ! -e "$argument" ] && [ -e "$here/$argument" ]; then argument=$here/$argument; fi
  files="$files $argument"
done
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
is_settled() {
  for service; do
    case $(docker service inspect --format '{{if .UpdateStatus}}{{.UpdateStatus.State}}{{end}}' "taskfleet_$service") in
    updating) return 1 ;;
    esac
    [ "$(docker service ls --filter "name=taskfleet_$service" --format '{{.Replicas}}')" = 1/1 ] || return 1
  done
}

# The members of one host after the other, so that a majority of each cluster always runs.
services=$(config config --no-interpolate --services)
for host in 1 2 3; do
  members=$(echo "$services" | grep -- "-$host\$") || continue
  without $(echo "$services" | grep -v -- "-$host\$") | config -f - config --no-interpolate | deploy
  echo "Waiting for the members of host $host"
  until is_settled $members; do sleep 2; done
done
config config --no-interpolate | deploy --prune
