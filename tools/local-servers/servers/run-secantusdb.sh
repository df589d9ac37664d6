#!/bin/sh
# Usage: run-secantusdb.sh SECANTUSDB ARGUMENT…
# Ends SecantusDB when its storage engine gives up, as without room on its disk: it would go on, answer each command
# with an error, and never recover. PM2 then starts it until there is room. (mongod ends by itself.)
pipe=./log.pipe
rm -f "$pipe"
mkfifo -m 600 "$pipe" || exit 1

# `$$` is the process that becomes SecantusDB below. The reader ends with it.
while IFS= read -r line; do
  printf '%s\n' "$line"
  case $line in *'process must exit and restart'*) kill -9 $$ ;; esac
done <"$pipe" &

exec "$@" >"$pipe" 2>&1
