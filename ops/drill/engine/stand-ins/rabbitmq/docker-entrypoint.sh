#!/bin/sh
# Debian's wrapper passes no signal on; the server's own script does, as in the official image.
set -e
if [ "$1" = rabbitmq-server ]; then shift; set -- /usr/lib/rabbitmq/bin/rabbitmq-server "$@"; fi
exec "$@"
