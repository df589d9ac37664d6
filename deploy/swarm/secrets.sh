#!/bin/sh
# Makes the passwords and keys of the stack as secrets of the swarm, once. Nothing writes them to a disk outside of it, and
# no command shows them again.
set -eu

random() { od -An -N32 -tx1 /dev/urandom | tr -d ' \n'; }
create() { # NAME VALUE
  printf %s "$2" | docker secret create "taskfleet-$1" - >/dev/null
  made="$made taskfleet-$1"
  echo "taskfleet-$1"
}
if [ -n "$(docker secret ls --quiet --filter name=taskfleet-)" ]; then
  echo 'The secrets are there already: docker secret ls --filter name=taskfleet-' >&2
  exit 1
fi

# Some without the others would only stop this script from making them.
made=
trap '[ -z "$made" ] || docker secret rm $made >/dev/null' EXIT
trap 'exit 1' HUP INT TERM

mongo_api=$(random) mongo_worker=$(random) redis=$(random) rabbitmq=$(random)
mongo='mongo-1:27017,mongo-2:27017,mongo-3:27017/taskfleet?replicaSet=taskfleet&authSource=admin'
create mongo-password "$(random)"
create mongo-api-password "$mongo_api"
create mongo-worker-password "$mongo_worker"
create mongo-url-api "mongodb://api:$mongo_api@$mongo"
create mongo-url-worker "mongodb://worker:$mongo_worker@$mongo"
create redis-password "$redis"
create redis-url "redis+sentinel://:$redis@sentinel-1,sentinel-2,sentinel-3/main"
create rabbitmq-password "$rabbitmq"
create rabbitmq-cookie "$(random)"
create amqp-url "$(for i in 1 2 3; do printf %s "${comma:-}amqp://taskfleet:$rabbitmq@rabbitmq-$i"; comma=,; done)"
create jwt-secrets "$(random)"
made=
