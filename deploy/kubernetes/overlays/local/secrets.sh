#!/bin/sh
# Prints the Secrets of the local overlay with new random passwords. `kubectl create` refuses to replace present ones,
# whose passwords the servers' volumes keep:
#   deploy/kubernetes/overlays/local/secrets.sh | kubectl create -f -
set -eu
random() { od -An -N32 -tx1 /dev/urandom | tr -d ' \n'; }
admin=$(random) api=$(random) worker=$(random) redis=$(random) rabbitmq=$(random) key=$(random)
mongo() { echo "mongodb://$1:$2@mongo:27017/taskfleet?replicaSet=taskfleet&authSource=admin"; }

# secret NAME KEY VALUE [KEY VALUE]...
secret() {
  printf -- '---\napiVersion: v1\nkind: Secret\nmetadata: { name: %s, namespace: taskfleet }\nstringData:\n' "$1"
  shift
  while [ $# -gt 0 ]; do
    printf '  %s: "%s"\n' "$1" "$2"
    shift 2
  done
}
amqp="amqp://taskfleet:$rabbitmq@rabbitmq:5672"
secret mongo MONGO_PASSWORD "$admin" MONGO_API_PASSWORD "$api" MONGO_WORKER_PASSWORD "$worker"
secret redis REDIS_PASSWORD "$redis"
secret rabbitmq RABBITMQ_PASSWORD "$rabbitmq"
secret api MONGO_URL "$(mongo api "$api")" REDIS_URL "redis://:$redis@redis:6379" AMQP_URL "$amqp"
secret job-worker MONGO_URL "$(mongo worker "$worker")" AMQP_URL "$amqp"
secret token-keys jwt-secrets "$key"
