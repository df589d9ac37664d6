#!/bin/sh
# Runs a command of the image once, beside the stack and with what the API may use, and prints its output:
#   deploy/swarm/run.sh taskfleet migrate
# OPTIONS are further ones of `docker service create`, such as --mount.
set -eu
: "${TASKFLEET_IMAGE:?is not set: it names the image of the release}"

# No --mode replicated-job: Docker 20.10 runs such a job again and again.
docker service create --detach --quiet --name taskfleet-run --restart-condition none --no-healthcheck \
  --with-registry-auth \
  --read-only --cap-drop ALL --mount type=tmpfs,dst=/tmp \
  --network taskfleet_api-mongo --network taskfleet_api-redis --network taskfleet_api-rabbitmq \
  --secret taskfleet-mongo-url-api --env MONGO_URL_FILE=/run/secrets/taskfleet-mongo-url-api \
  --secret taskfleet-redis-url --env REDIS_URL_FILE=/run/secrets/taskfleet-redis-url \
  --secret taskfleet-amqp-url --env AMQP_URL_FILE=/run/secrets/taskfleet-amqp-url \
  --secret taskfleet-jwt-secrets --env JWT_SECRETS_FILE=/run/secrets/taskfleet-jwt-secrets \
  ${OPTIONS:-} "$TASKFLEET_IMAGE" "$@" >/dev/null
trap 'docker service rm taskfleet-run >/dev/null' EXIT
trap 'exit 1' INT TERM
while :; do
  case $(docker service ps --format '{{.CurrentState}}' taskfleet-run) in
  Complete*) status=0 && break ;;
  Failed* | Rejected* | Shutdown*) status=1 && break ;;
  *) sleep 1 ;;
  esac
done
docker service ps --no-trunc --format '{{.Error}}' taskfleet-run
docker service logs --raw taskfleet-run
exit $status
