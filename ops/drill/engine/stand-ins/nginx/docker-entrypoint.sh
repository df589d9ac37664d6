#!/bin/sh
# Fills in templates from the environment and from nothing else, as the official image does.
set -e
out=${NGINX_ENVSUBST_OUTPUT_DIR:-/etc/nginx/conf.d}
names=$(env | sed 's/=.*//; s/.*/${&}/')
for template in /etc/nginx/templates/*.template; do
  [ "$1" = nginx ] && [ -f "$template" ] || continue
  envsubst "$names" <"$template" >"$out/$(basename "$template" .template)"
done
exec "$@"
