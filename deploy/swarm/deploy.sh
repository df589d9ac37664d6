#!/bin/sh
# Deploys the stack, or changes the one that runs. On a manager, in a clone of the release:
#   TASKFLEET_IMAGE=registry.example.com/taskfleet:1.2.3 deploy/swarm/deploy.sh
# Further files change it: deploy/swarm/deploy.sh -f mine.yml
set -eu
cd "$(dirname "$0")"

compose=${COMPOSE:-docker compose}
# `--no-interpolate` leaves ${NAME} to `docker stack deploy`, which reads the environment and no .env.
stack=$($compose -f stack.yml "$@" config --no-interpolate)
CONFIGS=$(cat ../../nginx/nginx.conf.template ../../nginx/balancing/*.conf ../../mongo/health-check.js redis.sh sentinel.sh rabbitmq.conf | sha256sum | cut -c1-12)
export CONFIGS
# Clients before 27 refuse a name, and know `tmpfs` only in a file with a version.
printf '%s\n' "$stack" | sed "s/^name:.*/version: '3.8'/" | docker stack deploy --prune --compose-file - taskfleet
