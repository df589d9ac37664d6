#!/bin/sh
# Usage: run-nginx.sh NGINX FOLDER
# An NGINX master that was killed leaves workers that hold the port: they are ended first. Only workers
# whose working folder is ours are touched.
nginx=$1
folder=$2
cd "$folder" || exit 1

if [ -d /proc/self ]; then
  for process in /proc/[0-9]*; do
    [ "$(readlink "$process/cwd" 2>/dev/null)" = "$(pwd -P)" ] || continue
    [ "$(cat "$process/comm" 2>/dev/null)" = nginx ] && kill -9 "${process#/proc/}" 2>/dev/null
  done
else
  for pid in $(lsof -a -c nginx -d cwd -Fpn 2>/dev/null | folder=$(pwd -P) awk '
      /^p/ { pid = substr($0, 2) } /^n/ { if (substr($0, 2) == ENVIRON["folder"]) print pid }'); do
    kill -9 "$pid" 2>/dev/null
  done
fi

exec "$nginx" -p ./ -c nginx.conf -e stderr -g 'daemon off;'
