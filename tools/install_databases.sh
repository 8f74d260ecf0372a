#!/bin/sh
# Installs the PostgreSQL and MariaDB servers that the tests start for themselves. Debian's own services are not started.
set -eu

if [ -n "$(ls /usr/lib/postgresql/*/bin/postgres 2>/dev/null)" ] && [ -x /usr/sbin/mariadbd ]; then
    exit 0
fi
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "NOT INSTALLED: PostgreSQL and MariaDB (needs root on Debian). Tests on them are skipped." >&2
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
if ! { apt-get update -qq && apt-get install -y -qq --no-install-recommends postgresql mariadb-server >/dev/null; }; then
    echo "NOT INSTALLED: PostgreSQL and MariaDB (apt-get failed). Tests on them are skipped." >&2
fi
