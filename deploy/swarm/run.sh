#!/bin/sh
# Runs a command of the image once, beside the stack and with what the API may use, and prints its output:
#   deploy/swarm/run.sh taskfleet migrate
# OPTIONS are further ones of `docker service create`, such as --mount.
set -eu
: "${TASKFLEET_IMAGE:?is not set: it names the image of the release}"
# The image alone would start another API worker, which never ends.
: "${1:?is missing: the command, such as taskfleet migrate}"

# The secrets of the API that runs: one that was replaced has another name.
of_api() { docker service inspect --format "{{range .Spec.TaskTemplate.ContainerSpec.$1}}$2{{end}}" taskfleet_api; }
secrets=$(of_api Secrets ' --secret source={{.SecretName}},target={{.File.Name}}')
files=$(of_api Env '{{println .}}' | sed -n 's/^[A-Z_]*_FILE=/--env &/p')

# A name of its own, so that the end of this command removes no other one.
name=taskfleet-run-$(od -An -N4 -tx1 /dev/urandom | tr -d ' \n')
trap 'docker service rm "$name" >/dev/null 2>&1 || :' EXIT
trap 'exit 1' HUP INT TERM
# No --mode replicated-job: Docker 20.10 runs such a job again and again.
docker service create --detach --quiet --name "$name" --restart-condition none --no-healthcheck \
  --with-registry-auth \
  --read-only --cap-drop ALL --mount type=tmpfs,dst=/tmp \
  --network taskfleet_api-mongo --network taskfleet_api-redis --network taskfleet_api-rabbitmq \
  $secrets $files ${OPTIONS:-} "$TASKFLEET_IMAGE" "$@" >/dev/null

# A command may take hours, but not its start, which includes the download of the image.
waited=0
while [ "$waited" -lt 300 ]; do
  case $(docker service ps --format '{{.CurrentState}}' "$name") in
  Complete*) status=0 && break ;;
  Failed* | Rejected* | Shutdown* | Orphaned*) status=1 && break ;;
  Running*) ;;
  *) waited=$((waited + 1)) ;;
  esac
  sleep 1
done
if [ -z "${status:-}" ]; then
  echo 'The command did not start within 5 minutes:' >&2
  docker service ps --no-trunc "$name" >&2
  exit 1
fi
# An empty line if there is no error, which is no output of the command.
docker service ps --no-trunc --format '{{.Error}}' "$name" | grep . >&2 || :
docker service logs --raw "$name"
exit "$status"
