#!/bin/sh
# Starts a sentinel. It writes what it learns into its file, which its volume keeps.
set -eu
umask 077
file=/data/sentinel.conf
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
