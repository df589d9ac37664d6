#!/bin/sh
# Starts a sentinel, which writes what it learns into its file, on its volume. `sentinel.sh check` is its health check.
set -eu
umask 077
file=/data/sentinel.conf

# A sentinel that learns of a new primary while it cannot resolve its name keeps the old one for good. So it waits for the
# names at its start, and is restarted if the two others name another primary for a minute.
if [ "${1:-}" = check ]; then
  primary() { # SENTINEL
    timeout 2 redis-cli -h "$1" -p 26379 --raw sentinel get-master-addr-by-name main 2>/dev/null | head -n 1
  }
  own=$(primary 127.0.0.1)
  for other in sentinel-1 sentinel-2 sentinel-3; do
    [ "$other" = "$HOSTNAME" ] && continue
    theirs=$(primary "$other")
    if [ -z "$theirs" ] || [ "$theirs" = "$own" ]; then exit 0; fi
  done
  exit 1
fi

waited=0
for name in redis-1 redis-2 sentinel-1 sentinel-2 sentinel-3; do
  until getent hosts "$name" >/dev/null || [ "$waited" -ge 15 ]; do
    sleep 1
    waited=$((waited + 1))
  done
done
if [ ! -e "$file" ]; then
  cat >/data/new.conf <<END
dir /tmp
sentinel resolve-hostnames yes
sentinel announce-hostnames yes
sentinel announce-ip $HOSTNAME
sentinel monitor main redis-1 6379 2
sentinel down-after-milliseconds main 2000
sentinel failover-timeout main 10000
sentinel auth-pass main $(cat /run/secrets/redis-password)
END
  mv /data/new.conf "$file"
fi
exec redis-server "$file" --sentinel
