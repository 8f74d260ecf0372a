#!/bin/sh
# Installs what the tests need from Debian: the PostgreSQL and MariaDB servers that they start for themselves (Debian's own services
# are not started), and the libraries that Graphviz's wheel expects of a system.
set -eu

missing=
[ -n "$(ls /usr/lib/postgresql/*/bin/postgres 2>/dev/null)" ] || missing="$missing postgresql"
[ -x /usr/sbin/mariadbd ] || missing="$missing mariadb-server"
for library in libgobject-2.0.so.0:libglib2.0-0 libXrender.so.1:libxrender1 libXext.so.6:libxext6; do
    [ -n "$(ls /usr/lib/*/"${library%:*}" /lib/*/"${library%:*}" 2>/dev/null)" ] || missing="$missing ${library#*:}"
done
[ -n "$missing" ] || exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "NOT INSTALLED:$missing (needs root on Debian). Tests that need these are skipped or fail." >&2
    exit 0
fi

# policy-rc.d is what Debian's packages ask whether a service may start: 101 says no. Ours goes away again afterwards.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    trap 'rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
fi
export DEBIAN_FRONTEND=noninteractive
if ! { apt-get update -qq && apt-get install -y -qq --no-install-recommends $missing >/dev/null; }; then
    echo "NOT INSTALLED:$missing (apt-get failed). Tests that need these are skipped or fail." >&2
fi
