#!/bin/sh
# Installs Chromium, the Noto fonts and the PostgreSQL server for the tests, where they are missing and we may.
# Where we may not, it says by name what is missing; the tests that need it are then skipped by name.
missing=""
command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
[ -d /usr/share/fonts/truetype/noto ] && ls /usr/share/fonts/truetype/noto/NotoSansArabic* >/dev/null 2>&1 || missing="$missing fonts-noto-core"
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"
[ -z "$missing" ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "Installing for the tests:$missing"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq && apt-get install -y -qq --no-install-recommends $missing >/dev/null && exit 0
fi
echo "Not installed here:$missing. The tests that need them are skipped by name." >&2
exit 0
