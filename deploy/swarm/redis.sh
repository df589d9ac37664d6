#!/bin/sh
# Starts Redis as a replica of the primary that a sentinel names, so that an old primary that returns takes no writes. If
# that is this server itself, or no sentinel answers, as at the first start, redis-1 is the primary.
set -eu
umask 077

ask() { # SENTINEL
  timeout 2 redis-cli -h "$1" -p 26379 --raw sentinel get-master-addr-by-name main 2>/dev/null | head -n 1
}
primary=
for _ in 1 2 3 4 5; do
  for sentinel in sentinel-1 sentinel-2 sentinel-3; do
    primary=$(ask "$sentinel") && [ -n "$primary" ] && break 2
  done
  sleep 1
done

password=$(cat /run/secrets/redis-password)
# Keeps nothing on disk, and evicts cached answers alone: the reasons stand in docker-compose.yml.
cat >/tmp/redis.conf <<END
dir /tmp
save ""
maxmemory 256mb
maxmemory-policy volatile-ttl
requirepass $password
masterauth $password
replica-announce-ip $HOSTNAME
repl-diskless-sync-delay 0
END
[ "${primary:=redis-1}" = "$HOSTNAME" ] || echo "replicaof $primary 6379" >>/tmp/redis.conf
exec redis-server /tmp/redis.conf
